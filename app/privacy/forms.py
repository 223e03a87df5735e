"""What the page of data protection sends."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate
from werkzeug.datastructures import MultiDict

from app.core.errors import Invalid
from app.privacy.domain import KINDS

MOST_ORDERS = 100


class CloseForm(Schema):
    """The slug, typed by hand."""

    slug = fields.String(load_default="", validate=validate.Length(max=60))


def require_sure(form: Mapping[str, Any]) -> None:
    """Raise Invalid (`sure`) unless the box was ticked that says so."""
    if not form.get("sure"):
        sentence = "Tick the box first: this cannot be undone."
        raise Invalid("sure", sentence, {"sure": [sentence]})


def chosen_orders(form: MultiDict[str, str]) -> list[UUID]:
    """The orders that were ticked; raises Invalid for none and for more than MOST_ORDERS."""
    try:
        ids = [UUID(one) for one in form.getlist("order")]
    except ValueError:
        ids = []
    if not 1 <= len(ids) <= MOST_ORDERS:
        sentence = f"Choose at least one order, and at most {MOST_ORDERS}."
        raise Invalid("order", sentence, {"order": [sentence]})
    return ids


def chosen_days(form: Mapping[str, str]) -> dict[str, int]:
    """Days by kind; what is no number is out of every bound."""
    given = {kind.name: str(kind.days) for kind in KINDS} | typed_days(form)
    return {
        name: int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
        for name, text in given.items()
    }


def typed_days(form: Mapping[str, str]) -> dict[str, str]:
    """What was typed, by kind, to stand in its fields again; no page can hold a NUL."""
    typed = ((kind.name, form.get(f"keep_{kind.name}")) for kind in KINDS)
    return {name: text.strip().replace("\0", "") for name, text in typed if text is not None}
