"""What is sold: categories, items, variants, modifiers, prices, taxes, and where it is made."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from app.core.model import (
    Base,
    LocationRow,
    TenantRow,
    location_key,
    minor,
    tenant_fk,
    tenant_index,
    tenant_unique,
)


class Station(LocationRow, Base):
    """A place that prepares food or checks it; items are routed to it by name."""

    __tablename__ = "station"

    name: Mapped[str]
    slug: Mapped[str]
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(default="prepare")
    late_minutes: Mapped[int] = mapped_column(default=10)

    __table_args__ = (
        location_key(),
        tenant_fk("location_id", "location"),
        tenant_unique("location_id", "name"),
        tenant_unique("location_id", "slug"),
        CheckConstraint("kind IN ('prepare', 'expo')", name="kind"),
    )


class TaxClass(TenantRow, Base):
    """What an item is in the eyes of the tax law."""

    __tablename__ = "tax_class"

    name: Mapped[str]

    __table_args__ = (tenant_unique("name"),)


class TaxRate(LocationRow, Base):
    """A rate in per cent of one class at one location; several may hold at once."""

    __tablename__ = "tax_rate"

    tax_class_id: Mapped[UUID]
    name: Mapped[str]
    percent: Mapped[Decimal] = mapped_column(Numeric(7, 4))
    service_type: Mapped[str | None]
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]

    __table_args__ = (
        tenant_fk("location_id", "location"),
        tenant_fk("tax_class_id", "tax_class"),
        tenant_index("location_id", "tax_class_id"),
        CheckConstraint("percent >= 0", name="percent"),
    )


class Category(TenantRow, Base):
    """A group of items on the menu, with the station and tax class that its items inherit."""

    __tablename__ = "category"

    name: Mapped[str]
    hue: Mapped[int]
    position: Mapped[int]
    course: Mapped[int] = mapped_column(default=1)
    station: Mapped[str | None]
    tax_class_id: Mapped[UUID]

    __table_args__ = (
        tenant_unique("name"),
        tenant_fk("tax_class_id", "tax_class"),
        CheckConstraint("hue BETWEEN 0 AND 11", name="hue"),
    )


class Item(TenantRow, Base):
    """Something sold. `station` names a station and overrides the category's."""

    __tablename__ = "item"

    category_id: Mapped[UUID]
    name: Mapped[str]
    button_name: Mapped[str]
    kitchen_name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    position: Mapped[int]
    station: Mapped[str | None]
    tax_class_id: Mapped[UUID | None]
    course: Mapped[int | None]
    prep_minutes: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)
    image_id: Mapped[UUID | None]

    __table_args__ = (
        tenant_unique("name"),
        tenant_fk("category_id", "category"),
        tenant_fk("tax_class_id", "tax_class"),
        tenant_fk("image_id", "upload"),
        tenant_index("category_id"),
        CheckConstraint("length(button_name) <= 24", name="button_name"),
    )


class ItemAllergen(Base):
    """An allergen that an item contains. A missing row never means "free of"."""

    __tablename__ = "item_allergen"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(primary_key=True)
    allergen: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (tenant_fk("item_id", "item", ondelete="CASCADE"),)


class Variant(TenantRow, Base):
    """A size of an item. An item without sizes has one variant with an empty name."""

    __tablename__ = "variant"

    item_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(default="")
    kitchen_name: Mapped[str] = mapped_column(default="")
    position: Mapped[int]
    station: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (tenant_unique("item_id", "name"), tenant_fk("item_id", "item"))


class ModifierGroup(TenantRow, Base):
    """A choice about an item: at least `min`, at most `max` (none: no limit), some free."""

    __tablename__ = "modifier_group"

    name: Mapped[str]
    min: Mapped[int] = mapped_column(default=0)
    max: Mapped[int | None]
    included_free: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        tenant_unique("name"),
        CheckConstraint("min >= 0 AND (max IS NULL OR max >= min)", name="limits"),
    )


class ItemModifierGroup(Base):
    """A group that is asked for an item, in order."""

    __tablename__ = "item_modifier_group"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]

    __table_args__ = (
        tenant_fk("item_id", "item", ondelete="CASCADE"),
        tenant_fk("group_id", "modifier_group", ondelete="CASCADE"),
    )


class Modifier(TenantRow, Base):
    """One choice of a group. `kind` says how the kitchen reads it: choice, add or no."""

    __tablename__ = "modifier"

    group_id: Mapped[UUID]
    name: Mapped[str]
    kitchen_name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="choice")
    usual: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]
    station: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (
        tenant_unique("group_id", "name"),
        tenant_fk("group_id", "modifier_group"),
        CheckConstraint("kind IN ('choice', 'add', 'no')", name="kind"),
    )


class ModifierAllergen(Base):
    """An allergen that a modifier brings along."""

    __tablename__ = "modifier_allergen"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    modifier_id: Mapped[UUID] = mapped_column(primary_key=True)
    allergen: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (tenant_fk("modifier_id", "modifier", ondelete="CASCADE"),)


class PriceList(TenantRow, Base):
    """A set of prices; the most specific list that applies wins over the standard one."""

    __tablename__ = "price_list"

    name: Mapped[str]
    location_id: Mapped[UUID | None]
    channel: Mapped[str | None]
    service_type: Mapped[str | None]

    __table_args__ = (tenant_unique("name"), tenant_fk("location_id", "location"))


class Price(TenantRow, Base):
    """What one variant or modifier costs on one list, from and until when."""

    __tablename__ = "price"

    list_id: Mapped[UUID]
    variant_id: Mapped[UUID | None]
    modifier_id: Mapped[UUID | None]
    amount_minor: Mapped[int] = minor()
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]

    __table_args__ = (
        tenant_fk("list_id", "price_list"),
        tenant_fk("variant_id", "variant"),
        tenant_fk("modifier_id", "modifier"),
        tenant_index("variant_id"),
        tenant_index("modifier_id"),
        CheckConstraint("num_nonnulls(variant_id, modifier_id) = 1", name="sellable"),
        CheckConstraint("amount_minor >= 0", name="amount"),
    )


class LocationItem(LocationRow, Base):
    """What differs about an item at one location; no row: it is as the restaurant says.

    `tax_class_id` counts there in place of the item's and the category's.
    """

    __tablename__ = "location_item"

    item_id: Mapped[UUID]
    on_sale: Mapped[bool] = mapped_column(default=True)
    tax_class_id: Mapped[UUID | None]

    __table_args__ = (
        tenant_unique("location_id", "item_id"),
        tenant_fk("location_id", "location"),
        tenant_fk("item_id", "item", ondelete="CASCADE"),
        tenant_fk("tax_class_id", "tax_class"),
    )


class Availability(LocationRow, Base):
    """What is left to sell of an item (or of one variant) at a location.

    `counted_left` is a count by hand that always blocks; `stock_left` is what recipes and
    stock would allow, written by inventory; `is_86` takes it off sale.
    """

    __tablename__ = "availability"

    item_id: Mapped[UUID]
    variant_id: Mapped[UUID | None]
    is_86: Mapped[bool] = mapped_column(default=False, server_default="false")
    counted_left: Mapped[Decimal | None]
    stock_left: Mapped[Decimal | None]

    __table_args__ = (
        Index(
            "uq_availability_sellable",
            "tenant_id",
            "location_id",
            "item_id",
            "variant_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        tenant_fk("location_id", "location"),
        tenant_fk("item_id", "item", ondelete="CASCADE"),
        tenant_fk("variant_id", "variant", ondelete="CASCADE"),
        CheckConstraint("counted_left >= 0", name="counted_left"),
    )
