"""People with second factors, set up through the pages as they do it."""

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pyotp
from flask import Flask

from app.core import clock
from app.core.ids import new_id
from app.core.mail import MAILBOX
from app.identity.actor import Actor
from app.identity.commands import NewMember, add_member
from app.identity.permissions import ALL
from tests.support.authenticator import Authenticator
from tests.support.restaurants import Person, Restaurant
from tests.support.visitor import Visitor

STEP = timedelta(seconds=30)


@dataclass
class Phone:
    """An authenticator app, and the recovery codes that were printed."""

    secret: str
    codes: list[str]

    def code(self, at: datetime | None = None) -> str:
        """What it shows."""
        return pyotp.TOTP(self.secret).at(at or clock.now())


def newcomer(restaurant: Restaurant, role: str = "server", *, email: str = "") -> Person:
    """Somebody who has just begun to work there, and whose account is nobody else's."""
    name = f"n{new_id().hex[-10:]}"
    email = email or f"{name}@demo.example"
    person = Person(name=name, role=role, email=email, tenant=restaurant.tenant.slug)
    new = NewMember(
        name=name, role=role, email=person.email, password=person.password, pin=person.pin
    )
    with restaurant.inside():
        return replace(person, member_id=add_member(Actor(new_id(), ALL), new))


def also_at(restaurant: Restaurant, person: Person) -> Person:
    """The same person, who works at another restaurant too."""
    new = NewMember(name=f"n{new_id().hex[-10:]}", role=person.role, email=person.email)
    with restaurant.inside():
        member_id = add_member(Actor(new_id(), ALL), new)
    return replace(person, tenant=restaurant.tenant.slug, member_id=member_id)


def set_up_app(visitor: Visitor, person: Person) -> Phone:
    """Read the picture, type the first code, keep the recovery codes."""
    page = visitor.get(f"/t/{person.tenant}/account/app/new")
    shown = page.select_one(".typed-key")
    assert shown is not None
    phone = Phone(shown.get_text().replace(" ", ""), [])
    page = visitor.submit(visitor.form("/account/app"), {"code": phone.code()})
    phone.codes = [item.get_text() for item in page.select(".codes li")]
    return phone


def set_up_passkey(visitor: Visitor, person: Person, name: str = "My key") -> Authenticator:
    """Make a passkey at the account's page."""
    key = Authenticator()
    visitor.get(f"/t/{person.tenant}/account/security")
    options = options_at(visitor, f"/t/{person.tenant}/account/passkeys/options")
    answer = key.make(options)
    visitor.submit(visitor.form("/account/passkeys"), {"passkey": answer, "name": name})
    return key


def options_at(visitor: Visitor, path: str) -> dict[str, object]:
    """What a passkey is asked, as the script asks for it."""
    headers = {"X-CSRFToken": visitor.token, "Accept": "application/json"}
    answer = visitor.client.post(path, headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, object] = json.loads(answer.get_data())
    return found


def give_password(app: Flask, person: Person, *, next_: str = "") -> Visitor:
    """A browser where somebody has given the right password."""
    visitor = Visitor(app)
    visitor.get(f"/t/{person.tenant}/sign-in?next={next_}")
    visitor.submit(visitor.form("/sign-in"), {"email": person.email, "password": person.password})
    return visitor


def change_password(visitor: Visitor, current: str, new: str, status: int = 200) -> str:
    """Fill in the account's form; what the page then says."""
    form = visitor.form("/account/password")
    return visitor.submit(
        form, {"current_password": current, "password": new}, status=status
    ).get_text()


def is_in(visitor: Visitor, person: Person) -> bool:
    """Whether the browser opens pages that ask for a member."""
    answer = visitor.client.get(f"/t/{person.tenant}/account/menu")
    return answer.status_code == 200


def link_in(body: str) -> str:
    """The path of the link in a mail."""
    found = re.search(r"https?://[^/\s]+(/\S+)", body)
    assert found is not None, body
    return found[1]


def mails_to(app: Flask, email: str) -> list[str]:
    """What was mailed to somebody, oldest first: subject, empty line, body."""
    folder = app.extensions["settings"].data_dir / MAILBOX
    found = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted(folder.glob("*"))
    ]
    return [f"{mail['Subject']}\n\n{mail.get_content()}" for mail in found if mail["To"] == email]
