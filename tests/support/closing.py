"""A restaurant that tests close, and time as it passes after that."""

from dataclasses import replace

from flask import Flask
from psycopg import Connection

from app.core import security
from app.tenancy.queries import forget_tenants
from tests.support.restaurants import TRATTORIA, Restaurant, open_restaurant
from tests.support.trade import Wanted, finish, order, trade


def open_house(app: Flask, canary: str) -> Restaurant:
    """A restaurant that has traded, and everything of which is called by the canary."""
    plan = replace(TRATTORIA, name=f"Trattoria {canary}", location_name=f"Old {canary}")
    restaurant = open_restaurant(app, plan, canary)
    trade(restaurant)
    with restaurant.inside():
        takeaway = Wanted("Steak", 1, ("Rare",), f"for {canary}")
        finish(restaurant, order(restaurant, takeaway, service_type="takeaway"))
        security.note(security.DENIED, "member", restaurant.people["bob"].member_id, what=canary)
    return restaurant


def grace_is_over(owner: Connection, house: Restaurant, *, ready: bool = True) -> None:
    """As if 31 days had passed, in which the export got ready, or not."""
    owner.execute(
        "UPDATE data_export SET expires_at = expires_at - interval '31 d',"
        " ready_at = CASE WHEN %s THEN now() - interval '31 d' END WHERE tenant_id = %s",
        [ready, house.tenant.id],
    )
    owner.execute(
        "UPDATE tenant SET closed_at = closed_at - interval '31 d',"
        " erase_after = erase_after - interval '31 d' WHERE id = %s",
        [house.tenant.id],
    )
    forget_tenants()
