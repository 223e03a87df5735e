"""What an account has besides its password: rows of the directory's `factor`, by its functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, LargeBinary, Row, bindparam, text

from app.core import clock
from app.core.db import execute
from app.core.ids import new_id
from app.core.keyring import Sealed, seal
from app.identity.domain import REMEMBERED

Kind = Literal["totp", "passkey", "recovery"]

_OF_ACCOUNT = text("SELECT * FROM app.factors(:account_id)").columns(secret=Sealed())
_BY_KEY = text("SELECT * FROM app.factor_by_key(:key_id)").columns(secret=Sealed())
_ADD = text(
    "SELECT app.factor_add(:id, :account_id, :kind, :name, :secret,"
    " :key_id, :public_key, :counter, :digest, :at)"
).bindparams(
    bindparam("key_id", type_=LargeBinary),
    bindparam("public_key", type_=LargeBinary),
    bindparam("digest", type_=LargeBinary),
)

_KEEP_WRONG = text("SELECT app.wrong_codes_keep(:account_id, :times)").bindparams(
    bindparam("times", type_=ARRAY(DateTime(timezone=True)))
)


@dataclass(frozen=True, kw_only=True)
class Factor:
    """One of them. `secret`, `key_id` and `public_key` are None where its kind has none."""

    id: UUID
    account_id: UUID
    kind: str
    name: str
    secret: str | None
    key_id: bytes | None
    public_key: bytes | None
    counter: int
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Factors:
    """All that an account has."""

    app: Factor | None
    passkeys: tuple[Factor, ...]
    codes_left: int

    @property
    def has_any(self) -> bool:
        """Whether signing in asks for one of them; codes alone are none."""
        return self.app is not None or bool(self.passkeys)

    @property
    def count(self) -> int:
        """How many there are, the codes not counted."""
        return len(self.passkeys) + (self.app is not None)


def factors_of(account_id: UUID) -> Factors:
    """What an account has besides its password."""
    found = [_factor(row) for row in execute(_OF_ACCOUNT, {"account_id": account_id})]
    return Factors(
        app=next((one for one in found if one.kind == "totp"), None),
        passkeys=tuple(one for one in found if one.kind == "passkey"),
        codes_left=sum(one.kind == "recovery" and one.used_at is None for one in found),
    )


def has_factor(account_id: UUID) -> bool:
    """Whether signing in to an account asks for more than its password."""
    wanted = {"account_id": account_id}
    return bool(execute(text("SELECT app.account_has_factor(:account_id)"), wanted).scalar_one())


def find_passkey(key_id: bytes) -> Factor | None:
    """The passkey of this id, whosoever it is."""
    row = execute(_BY_KEY, {"key_id": key_id}).one_or_none()
    return _factor(row) if row else None


def add_factor(
    account_id: UUID,
    kind: Kind,
    *,
    name: str = "",
    secret: str | None = None,
    key_id: bytes | None = None,
    public_key: bytes | None = None,
    counter: int = 0,
    digest: bytes | None = None,
) -> UUID:
    """Add one; raises IntegrityError for a second app and for a passkey that is known."""
    factor_id = new_id()
    values: dict[str, Any] = {
        "id": factor_id,
        "account_id": account_id,
        "kind": kind,
        "name": name,
        "secret": seal(secret) if secret is not None else None,
        "key_id": key_id,
        "public_key": public_key,
        "counter": counter,
        "digest": digest,
        "at": clock.now(),
    }
    execute(_ADD, values)
    return factor_id


def use_factor(factor_id: UUID, counter: int) -> bool:
    """Move its counter forward; False where it stands there already: a repeat, or a copy."""
    wanted = {"id": factor_id, "counter": counter, "at": clock.now()}
    found = execute(text("SELECT app.factor_use(:id, :counter, :at)"), wanted)
    return found.scalar_one_or_none() is not None


def use_recovery_code(account_id: UUID, digest: bytes) -> bool:
    """Use a recovery code up; False where there is none like it, or it was used."""
    wanted = {"account_id": account_id, "digest": digest, "at": clock.now()}
    found = execute(text("SELECT app.recovery_use(:account_id, :digest, :at)"), wanted)
    return found.scalar_one_or_none() is not None


def drop_factor(account_id: UUID, factor_id: UUID) -> bool:
    """Remove one; False where the account has none of this id."""
    wanted = {"account_id": account_id, "id": factor_id}
    found = execute(text("SELECT app.factor_remove(:account_id, :id)"), wanted)
    return found.scalar_one_or_none() is not None


def drop_factors(account_id: UUID, kind: Kind) -> None:
    """Remove all of a kind."""
    wanted = {"account_id": account_id, "kind": kind}
    execute(text("SELECT app.factors_remove(:account_id, :kind)"), wanted)


def wrong_codes_of(account_id: UUID) -> list[datetime]:
    """When wrong codes were given lately, at whichever restaurant. Needs the account held."""
    found = execute(text("SELECT app.wrong_codes(:account_id)"), {"account_id": account_id})
    return [at for at in found.scalar_one() if at > clock.now() - REMEMBERED]


def keep_wrong_codes(account_id: UUID, times: Sequence[datetime]) -> None:
    """Say when wrong codes were given; none at all once a right one has come."""
    execute(_KEEP_WRONG, {"account_id": account_id, "times": list(times)})


def _factor(row: Row[Any]) -> Factor:
    fields = row._mapping
    return Factor(**{name: fields[name] for name in Factor.__dataclass_fields__})
