"""Forged access tokens, made by hand: a library would refuse to make most of them."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import end_reading, execute
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.identity.tokens.keys import rotate_signing_key
from app.identity.tokens.models import SigningKey
from tests.support.programs import Json, Program, a_pair, packed, unpacked
from tests.support.restaurants import Restaurant

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
THIEF = ed25519.Ed25519PrivateKey.generate()
Signature = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Genuine:
    """A token that holds, in its parts, with the key that proves it and the one that signs."""

    header: Json
    claims: Json
    private: ed25519.Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """What everybody can fetch."""
        return self.private.public_key().public_bytes_raw()

    def with_header(self, **said: Any) -> str:
        """Signed by the right key, under another header. None leaves a name out."""
        return made({**self.header, **said}, self.claims, self.private.sign)

    def with_claims(self, **said: Any) -> str:
        """Signed by the right key, saying something else. None leaves a name out."""
        return made(self.header, {**self.claims, **said}, self.private.sign)


def made(header: Json, claims: Json, sign: Signature) -> str:
    parts = [{name: it for name, it in part.items() if it is not None} for part in (header, claims)]
    text = ".".join(packed(part) for part in parts)
    return f"{text}.{packed(sign(text.encode()))}"


@pytest.fixture(scope="module")
def genuine(trattoria: Restaurant) -> Genuine:
    token = a_pair(trattoria, trattoria.people["alice"]).access_token
    header, claims = (unpacked(part) for part in token.split(".")[:2])
    with trattoria.inside():
        private = execute(
            select(SigningKey.private_key).where(
                SigningKey.tenant_id == current_tenant_id(), SigningKey.id == header["kid"]
            )
        ).scalar_one()
        end_reading()
    return Genuine(
        header, claims, ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private))
    )


@pytest.fixture(scope="module")
def program(app: Flask, trattoria: Restaurant) -> Program:
    return Program(app, trattoria)


def test_what_is_made_by_hand_as_it_should_be_holds(program: Program, genuine: Genuine) -> None:
    """Without this, every refusal below could be for another reason."""
    assert program.order(genuine.with_header()).status_code == 201


def hs256_with(key: bytes) -> Signature:
    return lambda text: hmac.digest(key, text, hashlib.sha256)


def rs256(text: bytes) -> bytes:
    return RSA.sign(text, PKCS1v15(), SHA256())


def pem_of(public: bytes) -> bytes:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 here alone

    key = ed25519.Ed25519PublicKey.from_public_bytes(public)
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


FORGERIES: dict[str, Callable[[Genuine], str]] = {
    "no signature": lambda it: made(it.header, it.claims, lambda _text: b""),
    "alg none": lambda it: made({**it.header, "alg": "none"}, it.claims, lambda _text: b""),
    "alg None": lambda it: made({**it.header, "alg": "nOnE"}, it.claims, lambda _text: b""),
    "alg none, still signed": lambda it: it.with_header(alg="none"),
    "HS256 with the public key": lambda it: made(
        {**it.header, "alg": "HS256"}, it.claims, hs256_with(it.public)
    ),
    "HS256 with the public key as PEM": lambda it: made(
        {**it.header, "alg": "HS256"}, it.claims, hs256_with(pem_of(it.public))
    ),
    "HS256 that says EdDSA": lambda it: made(it.header, it.claims, hs256_with(it.public)),
    "RS256": lambda it: made({**it.header, "alg": "RS256"}, it.claims, rs256),
    "no alg": lambda it: it.with_header(alg=None),
    "somebody else's key": lambda it: made(it.header, it.claims, THIEF.sign),
    "jku": lambda it: it.with_header(jku="https://thief.example/keys.json"),
    "jku, signed by its key": lambda it: made(
        {**it.header, "jku": "https://thief.example/keys.json"}, it.claims, THIEF.sign
    ),
    "x5u": lambda it: it.with_header(x5u="https://thief.example/chain.pem"),
    "x5c": lambda it: it.with_header(x5c=["MIIB"]),
    "jwk, signed by its key": lambda it: made(
        {
            **it.header,
            "jwk": {
                "kty": "OKP",
                "crv": "Ed25519",
                "x": packed(THIEF.public_key().public_bytes_raw()),
            },
        },
        it.claims,
        THIEF.sign,
    ),
    "crit": lambda it: it.with_header(crit=["exp"]),
    "not base64 of the payload": lambda it: it.with_header(b64=False, crit=["b64"]),
    "typ JWT": lambda it: it.with_header(typ="JWT"),
    "no typ": lambda it: it.with_header(typ=None),
    "unknown kid": lambda it: it.with_header(kid=str(new_id())),
    "kid that is no id": lambda it: it.with_header(kid="../../etc/passwd"),
    "kid that is SQL": lambda it: it.with_header(kid="' OR true --"),
    "kid that is no text": lambda it: it.with_header(kid=7),
    "no kid": lambda it: it.with_header(kid=None),
    "another issuer": lambda it: it.with_claims(iss="https://thief.example"),
    "no issuer": lambda it: it.with_claims(iss=None),
    "another audience": lambda it: it.with_claims(aud="https://thief.example/api"),
    "several audiences": lambda it: it.with_claims(aud=[it.claims["aud"], "https://a.example"]),
    "no audience": lambda it: it.with_claims(aud=None),
    "another tenant": lambda it: it.with_claims(tenant=str(new_id())),
    "no tenant": lambda it: it.with_claims(tenant=None),
    "another member": lambda it: it.with_claims(sub=str(new_id())),
    "no member": lambda it: it.with_claims(sub=None),
    "unknown grant": lambda it: it.with_claims(client_id=str(new_id())),
    "no grant": lambda it: it.with_claims(client_id=None),
    "an earlier epoch": lambda it: it.with_claims(epoch=it.claims["epoch"] - 1),
    "no epoch": lambda it: it.with_claims(epoch=None),
    "expired": lambda it: it.with_claims(iat=it.claims["iat"] - 1800, exp=it.claims["iat"] - 900),
    "no end": lambda it: it.with_claims(exp=None),
    "an end that is a text": lambda it: it.with_claims(exp="never"),
    "an end without end": lambda it: it.with_claims(exp=float("inf")),
    "too long a life": lambda it: it.with_claims(exp=it.claims["iat"] + 901),
    "from the future": lambda it: it.with_claims(
        iat=it.claims["iat"] + 600, exp=it.claims["iat"] + 1200
    ),
    "no beginning": lambda it: it.with_claims(iat=None),
    "no jti": lambda it: it.with_claims(jti=None),
    "too long a text": lambda it: it.with_claims(more="x" * 5000),
    "nested too deeply": lambda it: ".".join(
        [packed(it.header), packed(b"[" * 2500), packed(b"x" * 64)]
    ),
    "five parts": lambda it: it.with_header() + ".AAAA.AAAA",
    "two parts": lambda it: it.with_header().rsplit(".", 1)[0],
    "nothing": lambda _it: "",
    "no text": lambda _it: "\xff\xfe.\xff.\xff",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_opens_nothing(program: Program, genuine: Genuine, forgery: str) -> None:
    answer = program.order(FORGERIES[forgery](genuine))

    assert answer.status_code == 401
    assert answer.get_json()["title"] == "invalid_token"


@pytest.mark.parametrize("part", [0, 1, 2], ids=["header", "payload", "signature"])
def test_a_token_holds_as_it_was_signed_or_not_at_all(
    program: Program, genuine: Genuine, part: int
) -> None:
    parts = genuine.with_header().split(".")
    middle = len(parts[part]) // 2
    other = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + other + parts[part][middle + 1 :]

    assert program.order(".".join(parts)).status_code == 401


def test_more_scopes_are_worth_no_more_than_were_granted(
    program: Program, genuine: Genuine
) -> None:
    """Were the key stolen, the grant would still be the limit."""
    token = genuine.with_claims(scope="kitchen.view menu.86 tenant.manage")

    assert program.order(token).status_code == 403


def test_another_restaurants_key_proves_nothing_here(
    app: Flask, program: Program, genuine: Genuine, diner: Restaurant
) -> None:
    """Its key and its kid, under our claims and under its own."""
    with diner.inside():
        rotate_signing_key()
        row = execute(
            select(SigningKey.id, SigningKey.private_key).where(
                SigningKey.tenant_id == current_tenant_id(), SigningKey.retired_at.is_(None)
            )
        ).one()
        end_reading()
    theirs = ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(row.private_key))

    for kid in (str(row.id), genuine.header["kid"]):
        token = made({**genuine.header, "kid": kid}, genuine.claims, theirs.sign)
        assert program.order(token).status_code == 401
        assert Program(app, diner).order(token).status_code == 401


def test_a_retired_key_is_honoured_until_its_tokens_have_run_out(
    app: Flask, new_restaurant: Callable[..., Restaurant]
) -> None:
    """Even a token that the stolen old key signs later is refused then."""
    restaurant = new_restaurant()
    program, alice = Program(app, restaurant), restaurant.people["alice"]
    before = a_pair(restaurant, alice).access_token
    with restaurant.inside():
        old = execute(
            select(SigningKey.private_key).where(SigningKey.tenant_id == current_tenant_id())
        ).scalar_one()
        end_reading()
        rotate_signing_key()
    after = a_pair(restaurant, alice).access_token

    assert unpacked(before.split(".")[0])["kid"] != unpacked(after.split(".")[0])["kid"]
    assert program.order(before).status_code == 201
    assert program.order(after).status_code == 201
    later = clock.now() + timedelta(minutes=17)
    with clock.use(later):
        header, claims = (unpacked(part) for part in before.split(".")[:2])
        fresh = {"iat": int(later.timestamp()), "exp": int(later.timestamp()) + 600}
        sign = ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(old)).sign
        assert program.order(made(header, {**claims, **fresh}, sign)).status_code == 401
