"""Opening a restaurant through its pages."""

from flask import Flask

from tests.support.visitor import Visitor

MENU = (
    b"kind,name,of,price,colour,tax,station\ncategory,Mains,,,0,Food,Kitchen\n"
    b"item,Soup,Mains,4.50,,,\n"
)
LOCATION = {"food": "10", "drinks": "22", "alcohol": "22,5"}


def ask_for_link(app: Flask, email: str, status: int = 200) -> Visitor:
    visitor = Visitor(app)
    visitor.get("/sign-up")
    visitor.submit(visitor.form("/sign-up"), {"email": email}, status=status)
    return visitor


def fill(visitor: Visitor, **values: str) -> None:
    visitor.submit(visitor.form(visitor.path), values)


def name_it(opener: Visitor, slug: str, country: str = "FR") -> None:
    fill(opener, slug=slug, country=country)
    assert opener.path == f"/t/{slug}/setup/location"
