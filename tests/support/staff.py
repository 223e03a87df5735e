"""The staff of a test's restaurant: one person of each role, and what is done to them."""

import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from flask import Flask
from psycopg import Connection

from app.core import mail
from app.core.keyring import unseal
from app.identity.actor import Actor
from app.identity.permissions import ROLES
from app.identity.staff import invitations, people
from app.identity.staff.people import Work
from app.identity.staff.queries import get_person, roles
from tests.support.restaurants import TRATTORIA, Person, Restaurant
from tests.support.visitor import Visitor, signed_in

EVERY_ROLE = replace(TRATTORIA, staff={role: role for role in ROLES})

# Everything that is done to a person, by what it is called.
ACTS: dict[str, Callable[[Restaurant, Actor, UUID], object]] = {
    "change": lambda _house, actor, one: people.change(
        actor, one, Work(name="Somebody Else", role_id=role_id("server"))
    ),
    "give a PIN": lambda _house, actor, one: people.give_new_pin(actor, one, None),
    "clear the PIN": lambda _house, actor, one: people.clear_pin(actor, one),
    "sign out": lambda _house, actor, one: people.sign_out(actor, one),
    "deactivate": lambda _house, actor, one: people.deactivate(actor, one),
    "reactivate": lambda _house, actor, one: people.reactivate(actor, one),
    "invite": lambda house, actor, one: invitations.send(actor, house.tenant, one, "new@x.example"),
    "withdraw": lambda _house, actor, one: invitations.withdraw(actor, one),
}


def renamed(member_id: UUID) -> Work:
    """A person's work under another name."""
    shown = get_person(member_id)
    return Work(name="Somebody Else", role_id=shown.role_id, places=shown.places)


def role_id(name: str) -> UUID:
    """A role of the restaurant at hand by its name."""
    return next(role.id for role in roles() if role.name == name)


def hire(boss: Actor, name: str, role: str, *places: UUID) -> Actor:
    """Somebody more with a PIN, as one who acts there."""
    work = Work(name=name, role_id=role_id(role), places=tuple((place, None) for place in places))
    member_id = people.add(boss, work, pin="8642")
    return Actor(member_id, ROLES[role], frozenset(places) or None)


def link_mailed(house: Restaurant, owner: Connection) -> str:
    """The path and query of the link in the newest mail of a restaurant."""
    row = owner.execute(
        "SELECT payload FROM outbox WHERE tenant_id = %s AND handler = %s ORDER BY id DESC LIMIT 1",
        [house.tenant.id, mail.JOB],
    ).fetchone()
    assert row is not None, "no mail was written"
    with house.inside():
        body = json.loads(unseal(row[0][mail.SEALED]))["body"]
    parts = urlsplit(next(word for word in body.split() if "/invite?" in word))
    return f"{parts.path}?{parts.query}"


def token_in(path: str) -> str:
    """The token of a mailed link."""
    return parse_qs(urlsplit(path).query)["token"][0]


def state_of(owner: Connection, person: Person) -> tuple[object, ...]:
    """All of a person that a colleague could change, as the tables hold it."""
    row = owner.execute(
        "SELECT m.name, m.role_id, m.pin_hash, m.active, m.invited_email, m.account_id,"
        " (SELECT count(*) FROM login_session s WHERE s.member_id = m.id AND revoked_at IS NULL)"
        " FROM member m WHERE m.id = %s",
        [person.member_id],
    ).fetchone()
    assert row is not None
    return tuple(row)


def at_staff(app: Flask, house: Restaurant, who: str) -> Visitor:
    """Somebody at the list of people."""
    visitor = signed_in(app, house.people[who])
    visitor.get(staff_of(house))
    return visitor


def staff_of(house: Restaurant, member_id: object = "") -> str:
    """The list's address, or a person's."""
    return f"/t/{house.tenant.slug}/settings/staff" + (f"/{member_id}" if member_id else "")
