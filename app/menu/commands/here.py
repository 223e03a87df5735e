"""What one location changes of the restaurant's menu: prices, tax classes, what it sells."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core import audit, clock
from app.core.db import execute, transaction
from app.core.errors import Invalid, NotFound
from app.core.ids import new_id
from app.core.money import format_money, largest_price
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import MENU_EDIT
from app.menu.domain import PriceChange, PriceSpan, begin_price, end_prices
from app.menu.models import Item, LocationItem, Modifier, Price, PriceList, TaxClass, Variant
from app.tenancy.domain import business_day_start
from app.tenancy.queries import LocationView, date_at, find_open_day


@dataclass(frozen=True, kw_only=True)
class Sold:
    """What has a price: one variant, or one modifier."""

    kind: Literal["variant", "modifier"]
    id: UUID


def set_price_here(
    actor: Actor, location: LocationView, sold: Sold, amount_minor: int, day: date | None = None
) -> UUID:
    """Give something a price of the location's own, from now or from a business day on.

    It holds until the next one that is planned. Needs menu.edit. Returns what was priced; raises
    NotFound for what is not there, Invalid for no price of one thing or a day that is over.
    """
    with transaction():
        actor.require(MENU_EDIT)
        _require_sold(sold)
        start = _start(location, day)
        _require_price(location, amount_minor)
        list_id = list_of(location)
        before = _price_at(list_id, sold, start)
        change = begin_price(_spans(list_id, sold), start)
        _apply(change, start)
        execute(
            insert(Price).values(
                tenant_id=current_tenant_id(),
                id=new_id(),
                list_id=list_id,
                **{f"{sold.kind}_id": sold.id},
                amount_minor=amount_minor,
                valid_from=start,
                valid_until=change.until,
            )
        )
        after = {"price_minor": amount_minor, "from": start.isoformat()}
        _note(actor, location, sold.kind, sold.id, {"price_minor": before}, after)
    return sold.id


def clear_price_here(actor: Actor, location: LocationView, sold: Sold) -> UUID:
    """Go back to the restaurant's price, now and for what was planned. Needs menu.edit."""
    with transaction():
        actor.require(MENU_EDIT)
        _require_sold(sold)
        now, list_id = clock.now(), list_of(location)
        before = _price_at(list_id, sold, now)
        _apply(end_prices(_spans(list_id, sold), now), now)
        _note(actor, location, sold.kind, sold.id, {"price_minor": before}, {"price_minor": None})
    return sold.id


def set_item_here(
    actor: Actor,
    location: LocationView,
    item_id: UUID,
    *,
    on_sale: bool,
    tax_class_id: UUID | None,
) -> UUID:
    """Say whether the location sells an item, and by which tax class (None: the restaurant's).

    Needs menu.edit. Returns the item's id; raises NotFound for an item or a class that is not
    there.
    """
    with transaction():
        actor.require(MENU_EDIT)
        _require(Item, item_id, "There is no such item on the menu.")
        if tax_class_id:
            _require(TaxClass, tax_class_id, "There is no such tax class.")
        before = _item_here(location, item_id)
        values = {"on_sale": on_sale, "tax_class_id": tax_class_id}
        _put_item(location, item_id, values)
        _note(actor, location, "item", item_id, before, _told(values))
    return item_id


def list_of(location: LocationView) -> UUID:
    """The location's own price list; made when it is first asked for."""
    tenant_id, name = current_tenant_id(), f"At {location.slug}"
    execute(
        upsert(PriceList)
        .values(tenant_id=tenant_id, id=new_id(), name=name, location_id=location.id)
        .on_conflict_do_nothing(index_elements=["tenant_id", "name"])
    )
    found: UUID = execute(
        select(PriceList.id).where(PriceList.tenant_id == tenant_id, PriceList.name == name)
    ).scalar_one()
    return found


def _require_sold(sold: Sold) -> None:
    _require(
        Variant if sold.kind == "variant" else Modifier,
        sold.id,
        "There is no such thing on the menu.",
    )


def _require(model: type[Any], some_id: UUID, sentence: str) -> None:
    found = select(model.id).where(model.tenant_id == current_tenant_id(), model.id == some_id)
    if execute(found).one_or_none() is None:
        raise NotFound("no_item", sentence)


def _require_price(location: LocationView, amount_minor: int) -> None:
    most = largest_price(location.currency)
    if amount_minor < 0:
        raise _invalid("amount", "A price cannot be below zero.")
    if amount_minor > most:
        written = format_money(most, location.currency, location.locale)
        raise _invalid("amount", f"A price is at most {written}.")


def _start(location: LocationView, day: date | None) -> datetime:
    now = clock.now()
    today = date_at(location, find_open_day(location), now)
    if day is None or day == today:
        return now
    if day < today:
        raise _invalid("valid_from", "A price begins today or later.")
    return business_day_start(day, location.zone, location.cut_off)


def _of(sold: Sold) -> ColumnElement[bool]:
    column = Price.variant_id if sold.kind == "variant" else Price.modifier_id
    return column == sold.id


def _spans(list_id: UUID, sold: Sold) -> list[PriceSpan]:
    """The prices of one thing on a list, locked: two who change it stand in line."""
    rows = execute(
        select(Price.id, Price.valid_from, Price.valid_until)
        .where(Price.tenant_id == current_tenant_id(), Price.list_id == list_id, _of(sold))
        .with_for_update()
    ).all()
    return [PriceSpan(id=row.id, starts=row.valid_from, ends=row.valid_until) for row in rows]


def _price_at(list_id: UUID, sold: Sold, at: datetime) -> int | None:
    return execute(
        select(Price.amount_minor)
        .where(
            Price.tenant_id == current_tenant_id(),
            Price.list_id == list_id,
            _of(sold),
            Price.valid_from.is_(None) | (Price.valid_from <= at),
            Price.valid_until.is_(None) | (Price.valid_until > at),
        )
        .order_by(Price.valid_from.desc().nulls_last())
        .limit(1)
    ).scalar_one_or_none()


def _apply(change: PriceChange, at: datetime) -> None:
    is_ours = Price.tenant_id == current_tenant_id()
    execute(update(Price).where(is_ours, Price.id.in_(change.ended)).values(valid_until=at))
    execute(delete(Price).where(is_ours, Price.id.in_(change.dropped)))


def _item_here(location: LocationView, item_id: UUID) -> dict[str, Any]:
    row = execute(
        select(LocationItem.on_sale, LocationItem.tax_class_id).where(
            LocationItem.tenant_id == current_tenant_id(),
            LocationItem.location_id == location.id,
            LocationItem.item_id == item_id,
        )
    ).one_or_none()
    return _told(row._asdict() if row else {"on_sale": True, "tax_class_id": None})


def _put_item(location: LocationView, item_id: UUID, values: dict[str, Any]) -> None:
    execute(
        upsert(LocationItem)
        .values(
            tenant_id=current_tenant_id(),
            id=new_id(),
            location_id=location.id,
            item_id=item_id,
            **values,
        )
        .on_conflict_do_update(index_elements=["tenant_id", "location_id", "item_id"], set_=values)
    )


def _told(values: dict[str, Any]) -> dict[str, Any]:
    chosen = values["tax_class_id"]
    return {"on_sale": values["on_sale"], "tax_class_id": str(chosen) if chosen else None}


def _note(
    actor: Actor,
    location: LocationView,
    kind: str,
    some_id: UUID,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """Leave an audit entry, and tell the location's screens."""
    audit.record(
        MENU_EDIT,
        kind,
        some_id,
        actor_id=actor.member_id,
        location_id=location.id,
        before=before,
        after=after,
    )
    changed(location.id, "menu")


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid(field, sentence, {field: [sentence]})
