"""What an entry changed, field by field, as a person reads it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import format_datetime, gettext, ngettext

from app.core.locale import money
from app.core.model import Json

AMOUNTS = {"gross", "amount"}  # minor units, as is every field whose name ends so
MINOR = "_minor"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One field of what was changed; empty where it was not there."""

    field: str
    before: str
    after: str


def changes(
    before: Json, after: Json, names: Mapping[str, str], currency: str | None
) -> Iterator[Change]:
    """The fields that differ; `currency` is that of the amounts, `names` are by id."""
    for field in (*before, *(name for name in after if name not in before)):
        is_amount = field in AMOUNTS or field.endswith(MINOR)
        kept_in = currency if is_amount else None
        was, now = (_shown(values.get(field), names, kept_in) for values in (before, after))
        if was != now:
            words = field.removesuffix(MINOR).removesuffix("_id").replace("_", " ")
            yield Change(field=words, before=was, after=now)


def ids_in(value: object) -> Iterator[UUID]:
    """The ids that stand anywhere in an entry's values."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for one in value:
            yield from ids_in(one)
    elif isinstance(value, str) and (found := _id(value)):
        yield found


def _shown(value: object, names: Mapping[str, str], currency: str | None) -> str:
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if isinstance(value, str):
        return names.get(value) or _time(value) or _short(value)
    if isinstance(value, int) and currency:
        return money(value, currency)
    if isinstance(value, list):
        return _listed(value, names, currency)
    if isinstance(value, dict):
        return ", ".join(
            ": ".join(_shown(one, names, currency) for one in pair if one is not None)
            for pair in value.items()
        )
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _listed(values: list[object], names: Mapping[str, str], currency: str | None) -> str:
    """Names where there are some; of what is gone, how many they were."""
    gone = [one for one in values if isinstance(one, str) and one not in names and _id(one)]
    shown = [_shown(one, names, currency) for one in values if one not in gone]
    if gone:
        shown.append(str(ngettext("%(num)s without a name", "%(num)s without a name", len(gone))))
    return ", ".join(shown)


def _time(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return format_datetime(at, "d MMM y, HH:mm") if at.tzinfo else ""


def _short(text: str) -> str:
    return f"…{text[-12:]}" if _id(text) else text


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
