"""What the page of a location's taxes sends, and what stands in its fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import Any

from marshmallow import ValidationError, fields, validate

from app.core.errors import Invalid
from app.core.forms import Trimmed, Words, read
from app.menu.commands import NewTaxRate
from app.menu.queries import TaxClassView
from app.settings.location_forms import RATE_IS, percent_of

SERVICES = ("dine_in", "takeaway")
FIELDS = ("name", "percent", "service_type")
MOST_RATES = 20
_NAME = "Say what the tax is called, such as VAT."


class Percent(fields.Field[Decimal]):
    """A rate in per cent as people write it."""

    def _deserialize(self, value: Any, *_arguments: Any, **_options: Any) -> Decimal:
        percent = percent_of(str(value))
        if percent is None:
            raise ValidationError(RATE_IS)
        return percent


class RateForm(Trimmed):
    """One rate; an empty `service_type`: however it is served."""

    name = Words(40, required=True, validate=validate.Length(1, error=_NAME))
    percent = Percent(required=True)
    service_type = fields.String(
        required=True, validate=validate.OneOf(("", *SERVICES), error="Choose one of the list.")
    )


@dataclass(frozen=True, kw_only=True)
class RateRow:
    """The fields of one rate: `key` ends their names. Empty ones stand for no rate."""

    key: str
    name: str = ""
    percent: str = ""
    service_type: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.name.strip() or self.percent.strip())


def current_rows(tax_class: TaxClassView) -> list[RateRow]:
    """The rates of a class as they are, and room for one more."""
    rows = [
        RateRow(
            key=f"{tax_class.id}-{at}",
            name=rate.name,
            percent=f"{rate.percent.normalize():f}",
            service_type=rate.service_type or "",
        )
        for at, rate in enumerate(tax_class.rates)
    ]
    return [*rows, RateRow(key=f"{tax_class.id}-{len(rows)}")]


def sent_rows(tax_class: TaxClassView, sent: Mapping[str, str]) -> list[RateRow]:
    """The same as they were typed; no page can hold a NUL."""
    keys = (f"{tax_class.id}-{at}" for at in range(MOST_RATES))
    return [
        RateRow(
            key=key,
            **{name: sent.get(f"{name}-{key}", "").replace("\0", "") for name in FIELDS},
        )
        for key in takewhile(lambda key: f"percent-{key}" in sent, keys)
    ]


def rates_of(classes: Iterable[TaxClassView], sent: Mapping[str, str]) -> list[NewTaxRate]:
    """All rates of a form; raises Invalid with sentences by field.

    Each class has one at least: without any it would be sold untaxed, and nobody had said so.
    """
    rates: list[NewTaxRate] = []
    errors: dict[str, Sequence[str]] = {}
    for one in classes:
        rows = [row for row in sent_rows(one, sent) if not row.is_empty]
        if not rows:
            errors[f"percent-{one.id}-0"] = [f"{one.name} needs a rate: 0 where there is no tax."]
        for row in rows:
            try:
                rates.append(_rate(one, row, rates))
            except Invalid as error:
                errors |= {f"{name}-{row.key}": said for name, said in error.fields.items()}
    if errors:
        sentences = dict.fromkeys(sentence for said in errors.values() for sentence in said)
        raise Invalid("taxes", " ".join(sentences), errors)
    return rates


def _rate(tax_class: TaxClassView, row: RateRow, others: Iterable[NewTaxRate]) -> NewTaxRate:
    form = read(RateForm, {name: getattr(row, name) for name in FIELDS})
    rate = NewTaxRate(tax_class.name, form["name"], form["percent"], form["service_type"] or None)
    if any(rate[:2] == one[:2] and rate.service_type == one.service_type for one in others):
        sentence = f"{rate.name} stands there twice: both would be charged."
        raise Invalid("name", sentence, {"name": [sentence]})
    return rate
