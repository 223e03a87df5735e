"""The restaurant's locations: listed, added from what a country proposes, changed."""

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from app.core.ids import new_id
from tests.support.chain import open_second, send_to
from tests.support.restaurants import Restaurant
from tests.support.trade import order
from tests.support.visitor import Visitor, signed_in

NEW = {"name": "Porto Vecchio", "slug": ""}


@pytest.fixture
def alice(app: Flask, bistro: Restaurant) -> Visitor:
    return signed_in(app, bistro.people["alice"])


def pages(bistro: Restaurant) -> str:
    return f"/t/{bistro.tenant.slug}/settings/locations"


def value(page: BeautifulSoup, name: str) -> str:
    """What stands in a field of the form that is sent."""
    field = page.select_one(f"form[method=post] [name={name}]")
    assert field is not None
    chosen = field.select_one("option[selected]") or field.select_one("option")
    return str((chosen or field).get("value", ""))


def names(page: BeautifulSoup) -> list[str]:
    return [heading.get_text(strip=True) for heading in page.select("tbody th")]


def test_a_location_opens_with_its_floor_and_prices_like_another(
    alice: Visitor, bistro: Restaurant
) -> None:
    alice.get(f"{pages(bistro)}/new")

    shown = alice.submit(alice.form("/settings/locations"), NEW | {"tables": "1"})

    assert names(shown) == ["Old Town", "Porto Vecchio"]
    floor = alice.get(f"/t/{bistro.tenant.slug}/porto-vecchio/floor").get_text()
    assert all(table in floor for table in ("T1", "T2", "T3", "T4"))


def test_a_country_proposes_what_the_form_asks(alice: Visitor, bistro: Restaurant) -> None:
    home = alice.get(f"{pages(bistro)}/new")
    swiss = alice.get(f"{pages(bistro)}/new?country=CH")

    assert value(home, "time_zone") == "Europe/Rome"
    assert value(home, "locale") == "it_IT"
    asked = ("time_zone", "locale", "cash_step_minor", "tax_model", "cut_off")
    assert [value(swiss, name) for name in asked] == [
        "Europe/Zurich",
        "de_CH",
        "5",
        "inclusive",
        "04:00",
    ]
    assert value(swiss, "currency") == "EUR", "the menu's prices are in euros"


def test_the_proposal_alone_is_answered_to_htmx(alice: Visitor, bistro: Restaurant) -> None:
    fragment = alice.get(f"{pages(bistro)}/new?country=US&copy_from=", fragment=True)

    assert fragment.html is None
    assert value(fragment, "tax_model") == "on_top"
    assert len(fragment.select("[name^=percent-]")) == 2


def test_what_was_typed_outlives_a_new_proposal(alice: Visitor, bistro: Restaurant) -> None:
    page = alice.get(f"{pages(bistro)}/new")
    asking = page.select_one("form[hx-get]")
    assert asking is not None
    sent = {str(field["name"]) for field in page.select(str(asking["hx-include"]))}

    fragment = alice.get(f"{pages(bistro)}/new?country=US&name=Porto&slug=pier", fragment=True)

    assert sent == {"name", "slug", "receipt_header", "receipt_footer"}
    assert (value(fragment, "name"), value(fragment, "slug")) == ("Porto", "pier")


def test_a_location_that_starts_afresh_asks_for_each_rate(
    alice: Visitor, bistro: Restaurant
) -> None:
    page = alice.get(f"{pages(bistro)}/new?copy_from=")
    rates = [str(field["name"]) for field in page.select("[name^=percent-]")]

    refused = alice.submit(
        alice.form("/settings/locations"), NEW | dict.fromkeys(rates, "much"), status=422
    )
    assert "A rate is a number from 0 to 100" in refused.get_text()
    assert value(refused, "name") == "Porto Vecchio"

    shown = alice.submit(alice.form("/settings/locations"), NEW | dict.fromkeys(rates, "8,875"))
    assert names(shown) == ["Old Town", "Porto Vecchio"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"slug": "settings"}, "reserved"),
        ({"slug": "old-town"}, "already"),
        ({"slug": "Ünder"}, "lower-case"),
        ({"name": "東京"}, "2 to 40"),
        ({"name": "x" * 61, "slug": "long"}, "At most 60"),
        ({"currency": "USD"}, "prices are in EUR"),
        ({"currency": "EURO"}, "like EUR"),
        ({"time_zone": "Mars/Olympus"}, "time zone of the list"),
        ({"locale": "xx_YY"}, "language of the list"),
        ({"cut_off": "25:00"}, "A time is like"),
        ({"cash_step_minor": "0"}, "smallest coin"),
        ({"receipt_header": "x\n" * 9}, "fit on the paper"),
        ({"name": "A\0B", "slug": "ab"}, "nobody can see"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_kept_in_its_field(
    alice: Visitor, bistro: Restaurant, wrong: dict[str, str], sentence: str
) -> None:
    alice.get(f"{pages(bistro)}/new")

    refused = alice.submit(alice.form("/settings/locations"), NEW | wrong, status=422)

    assert sentence in refused.get_text()
    assert names(alice.get(pages(bistro))) == ["Old Town"]


def test_a_hostile_name_is_only_a_name(alice: Visitor, bistro: Restaurant) -> None:
    name = "<script>alert(1)</script>{{7*7}}"
    alice.get(f"{pages(bistro)}/new")
    alice.submit(alice.form("/settings/locations"), {"name": name, "slug": "odd"})

    for page in (pages(bistro), f"{bistro.url}/dashboard", f"/t/{bistro.tenant.slug}/odd/floor"):
        shown = alice.get(page)
        assert name in shown.get_text()
        assert "alert(1)" not in "".join(script.get_text() for script in shown.select("script"))


def test_a_location_is_changed_and_says_so(alice: Visitor, bistro: Restaurant) -> None:
    alice.get(f"{pages(bistro)}/{bistro.location.id}")

    shown = alice.submit(
        alice.form(f"/{bistro.location.id}"),
        {"name": "Vecchio", "dine_in_style": "pay_first", "cut_off": "05:30"},
    )

    row = shown.select_one("tbody tr")
    assert row is not None
    assert [cell.get_text(strip=True) for cell in row.select("th, td")][:6] == [
        "Vecchio",
        "old-town",
        "EUR",
        "Europe/Rome",
        "05:30",
        "pays first",
    ]


def test_a_refused_change_keeps_what_was_typed(alice: Visitor, bistro: Restaurant) -> None:
    alice.get(f"{pages(bistro)}/{bistro.location.id}")

    refused = alice.submit(
        alice.form(f"/{bistro.location.id}"), {"name": "Vecchio", "cut_off": "late"}, status=422
    )

    assert "A time is like" in refused.get_text()
    assert value(refused, "name") == "Vecchio"
    assert "Old Town" in alice.get(pages(bistro)).get_text()


def test_what_orders_have_fixed_can_be_seen_and_not_sent(
    alice: Visitor, bistro: Restaurant
) -> None:
    with bistro.inside():
        order(bistro, "Espresso")
    page = alice.get(f"{pages(bistro)}/{bistro.location.id}")

    fixed = [str(field["name"]) for field in page.select("form[method=post] [disabled]")]
    assert fixed == ["address", "currency", "tax_model", "time_zone"]
    refused = alice.submit(alice.form(f"/{bistro.location.id}"), {"currency": "USD"}, status=422)
    assert "The currency is fixed" in refused.get_text()


def test_who_works_at_one_location_changes_that_one_alone(
    app: Flask, alice: Visitor, bistro: Restaurant
) -> None:
    second = open_second(bistro)
    send_to(bistro, "alice", (second, None))

    assert names(alice.get(pages(bistro))) == ["Harbour"]
    alice.get(f"{pages(bistro)}/{bistro.location.id}", status=404)
    alice.post(f"{pages(bistro)}/{bistro.location.id}", status=404, name="Mine")
    alice.get(f"{pages(bistro)}/{new_id()}", status=404)
    alice.get(f"{pages(bistro)}/new", status=403)
    assert signed_in(app, bistro.people["bob"]).get(pages(bistro), status=403)
