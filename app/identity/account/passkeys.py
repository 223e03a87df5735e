"""Passkeys (WebAuthn): what a browser is asked, and whether its answer is true.

They belong to the host of PUBLIC_URL and its subdomains: browsers offer them there alone, and only
on https or on localhost. The person is always verified by the device (its PIN, finger or face),
so that a passkey proves as much as a password and a second factor together.
"""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app, request

from app.core.network import host_in
from app.core.settings import Settings
from app.identity.account.factors import Factor
from app.identity.errors import WrongSecret

LONGEST_ANSWER = 16_384

# webauthn takes 20 MB, for pages that few requests ask for: imported where it is used.


def relying_party() -> str | None:
    """The name that passkeys are bound to, or None where this address can have none."""
    settings: Settings = current_app.extensions["settings"]
    ours = urlsplit(settings.public_url).hostname or ""
    here = host_in(request.host)
    is_safe = request.is_secure or here == "localhost"
    return ours if is_safe and (here == ours or here.endswith(f".{ours}")) else None


def registration(account_id: UUID, name: str, known: Iterable[Factor]) -> tuple[str, bytes]:
    """Options for making a passkey, as JSON, and the challenge in them."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_registration_options(
        rp_id=_relying_party(),
        rp_name="Nibblix",
        user_id=account_id.bytes,
        user_name=name,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return webauthn.options_to_json(options), options.challenge


def assertion(known: Iterable[Factor] = ()) -> tuple[str, bytes]:
    """Options for proving one's passkey, as JSON, and the challenge in them.

    Without `known` ones the browser offers all that it has for us.
    """
    import webauthn  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_authentication_options(
        rp_id=_relying_party(),
        allow_credentials=_descriptors(known),
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options), options.challenge


def registered(answer: str, challenge: bytes) -> tuple[bytes, bytes, int]:
    """Id, public key and counter of the passkey that was made; raises WrongSecret."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        made = webauthn.verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=_relying_party(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise WrongSecret("This passkey could not be checked. Try again.") from error
    return made.credential_id, made.credential_public_key, made.sign_count


def counter_of(answer: str, challenge: bytes, passkey: Factor) -> int:
    """The counter of a true answer by a passkey; raises WrongSecret for every other."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        proven = webauthn.verify_authentication_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=_relying_party(),
            expected_origin=_origin(),
            credential_public_key=passkey.public_key or b"",
            credential_current_sign_count=passkey.counter,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise WrongSecret("The passkey was not accepted.") from error
    return proven.new_sign_count


def key_id_of(answer: str) -> bytes:
    """Which passkey an answer says it is of; empty for what is no answer."""
    from webauthn.helpers import base64url_to_bytes  # noqa: PLC0415

    try:
        return base64url_to_bytes(str(_read(answer)["rawId"]))
    except (ValueError, KeyError, TypeError, WrongSecret):
        return b""


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("too long for a passkey's answer")
    try:
        found = json.loads(answer)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, dict):
        raise TypeError("no passkey's answer")
    return found


def _relying_party() -> str:
    found = relying_party()
    if found is None:
        raise WrongSecret("Passkeys do not work at this address.")
    return found


def _origin() -> str:
    return f"{request.scheme}://{request.host}"


def _descriptors(known: Iterable[Factor]) -> list[Any]:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor  # noqa: PLC0415

    return [PublicKeyCredentialDescriptor(id=one.key_id) for one in known if one.key_id]
