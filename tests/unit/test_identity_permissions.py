"""Permissions, the given roles, and the actor."""

import pytest

from app.core.errors import Forbidden
from app.core.ids import new_id
from app.identity import permissions as p
from app.identity.actor import Actor

# As the product's own documents list them; a new permission is added here on purpose.
NAMES = """
order.create order.edit_others order.void_fired order.void_served order.comp order.discount
order.discount_over_limit order.transfer order.reopen order.cancel order.price_override
kitchen.view kitchen.bump kitchen.recall kitchen.remake kitchen.configure menu.edit menu.86
floor.edit payment.take payment.refund payment.adjust_tip payment.configure drawer.open
drawer.pay_in_out drawer.close drawer.view_expected inventory.view inventory.adjust
inventory.count inventory.purchase report.view report.export staff.view staff.manage
role.manage device.pair settings.edit audit.view api.manage tenant.manage
"""
AUDITED_GROUPS = {"drawer", "staff", "role", "device", "settings", "api", "tenant"}
AUDITED = {
    "payment.refund",
    "payment.adjust_tip",
    "payment.configure",
    "inventory.adjust",
    "inventory.count",
    "menu.edit",
    "report.export",
}


def actor(role: str) -> Actor:
    return Actor(new_id(), p.ROLES[role])


def test_the_names_are_the_agreed_ones() -> None:
    assert set(NAMES.split()) == p.ALL


@pytest.mark.parametrize("permission", p.PERMISSIONS.values(), ids=lambda one: one.name)
def test_acts_that_move_money_or_rights_are_audited(permission: p.Permission) -> None:
    group = permission.name.split(".")[0]
    is_order = group == "order" and permission.name != "order.create"

    expected = is_order or group in AUDITED_GROUPS or permission.name in AUDITED

    assert permission.audited == expected


@pytest.mark.parametrize("permission", p.PERMISSIONS.values(), ids=lambda one: one.name)
def test_a_description_completes_the_sentence_of_a_refusal(permission: p.Permission) -> None:
    nobody = Actor(new_id(), frozenset())

    with pytest.raises(Forbidden, match=rf"^You may not {permission.description}\.$"):
        nobody.require(permission.name)


def test_the_given_roles() -> None:
    assert list(p.ROLES) == [
        "owner",
        "manager",
        "server",
        "cashier",
        "kitchen",
        "stock_clerk",
        "accountant",
    ]
    assert all(granted <= p.ALL for granted in p.ROLES.values())
    assert p.ROLES["owner"] == p.ALL


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("manager", "order.void_served", "tenant.manage"),
        ("server", "payment.take", "order.void_fired"),
        ("cashier", "drawer.close", "drawer.view_expected"),
        ("kitchen", "kitchen.bump", "order.create"),
        ("stock_clerk", "inventory.count", "payment.take"),
        ("accountant", "report.export", "order.create"),
    ],
)
def test_a_role_may_do_its_work_and_no_more(role: str, may: str, may_not: str) -> None:
    assert actor(role).may(may)
    assert not actor(role).may(may_not)


def test_a_name_that_does_not_exist_is_a_bug() -> None:
    with pytest.raises(KeyError):
        actor("owner").may("order.creat")


def test_nobody_grants_what_they_lack() -> None:
    p.require_grantable(p.ROLES["manager"], p.ROLES["server"])
    with pytest.raises(Forbidden, match="manage the restaurant's account"):
        p.require_grantable(p.ROLES["manager"], p.ROLES["owner"])


def test_what_no_act_needs_yet_keeps_nobody_from_hiring_who_holds_it() -> None:
    """No role that is made on the page can hold it; the given ones do."""
    p.require_grantable(p.ROLES["cashier"] & p.ASKED, p.ROLES["cashier"])


def test_granting_a_name_that_does_not_exist_is_a_bug() -> None:
    with pytest.raises(ValueError, match=r"order\.creat"):
        p.require_grantable(p.ALL, ["order.creat"])


def test_an_actor_works_at_their_locations_only() -> None:
    here, there = new_id(), new_id()
    bob = Actor(new_id(), p.ROLES["server"], frozenset({here}))

    bob.require_at(here)
    with pytest.raises(Forbidden, match="this location"):
        bob.require_at(there)


def test_an_actor_without_a_list_works_everywhere() -> None:
    assert actor("owner").is_at(new_id())
