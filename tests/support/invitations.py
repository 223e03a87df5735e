"""Invitations by mail: somebody is invited, follows the link and fills the form in."""

from uuid import UUID

from bs4 import BeautifulSoup
from flask import Flask
from psycopg import Connection

from app.identity.staff import invitations
from app.identity.staff.people import Work
from tests.support.restaurants import Restaurant
from tests.support.staff import link_mailed, role_id
from tests.support.trade import owner_of
from tests.support.visitor import Visitor

NEW_PASSWORD = "an entirely new sentence"
PIN = "8642"


def invited(house: Restaurant, owner: Connection, email: str) -> tuple[UUID, str]:
    """The id of a member whom the owner invites, and the path of the mailed link."""
    with house.inside():
        work = Work(name="Ida", role_id=role_id("server"))
        member_id = invitations.invite(owner_of(house), house.tenant, work, email)
        return member_id, link_mailed(house, owner)


def follow(app: Flask, link: str) -> Visitor:
    """Somebody who follows a link from a mail."""
    visitor = Visitor(app)
    visitor.get(link)
    return visitor


def accept(visitor: Visitor, password: str, *, status: int = 200, pin: str = PIN) -> BeautifulSoup:
    """Fill the invitation in."""
    return visitor.submit(
        visitor.form("/invite"), {"password": password, "pin": pin}, status=status
    )


def address_of(name: str, house: Restaurant) -> str:
    """An e-mail that only this test knows."""
    return f"{name}@{house.tenant.slug}.example"
