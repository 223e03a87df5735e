"""What guests see on a restaurant's own host, and what nobody's host shows."""

from collections.abc import Callable

from flask import Flask
from werkzeug.test import TestResponse

from app.core.db import transaction
from app.menu.commands import set_86
from app.tenancy.commands import NewLocation, open_location
from tests.support import pages
from tests.support.restaurants import Restaurant
from tests.support.trade import owner_of

MOST_BYTES = 50_000


def ask(app: Flask, host: str, path: str = "/") -> TestResponse:
    return app.test_client().get(path, base_url=f"http://{host}")


def host_of(restaurant: Restaurant) -> str:
    return f"{restaurant.tenant.slug}.localhost"


def test_the_menu_stands_on_the_restaurants_host(app: Flask, trattoria: Restaurant) -> None:
    answer = ask(app, host_of(trattoria))

    page = pages.check(app, answer)
    items = {tag.get_text() for tag in page.select("[itemprop=hasMenuItem] [itemprop=name]")}
    assert {"Margherita", "Steak", "Water"} <= items
    assert "€9.00" in page.get_text()


def test_it_needs_no_script_and_little_of_the_line(app: Flask, trattoria: Restaurant) -> None:
    answer = ask(app, host_of(trattoria))

    page = pages.check(app, answer)
    assert page.find("script") is None
    assert len(answer.data) < MOST_BYTES
    assert "Set-Cookie" not in answer.headers


def test_machines_read_prices_and_currency(app: Flask, diner: Restaurant) -> None:
    page = pages.check(app, ask(app, host_of(diner)))

    offer = page.select_one("[itemprop=offers]")
    assert offer is not None
    assert page.select_one("[itemtype='https://schema.org/Menu']") is not None
    assert float(str(offer.select_one("[itemprop=price]")["value"])) > 0  # type: ignore[index]
    assert offer.select_one("[itemprop=priceCurrency]")["content"] == "USD"  # type: ignore[index]


def test_sizes_have_a_price_each(app: Flask, trattoria: Restaurant) -> None:
    page = pages.check(app, ask(app, host_of(trattoria)))

    gelato = next(
        item for item in page.select("[itemprop=hasMenuItem]") if "Gelato" in item.get_text()
    )
    assert [tag["value"] for tag in gelato.select("[itemprop=price]")] == ["3.00", "5.00"]


def test_a_hosts_restaurant_is_told_nowhere_else(app: Flask, trattoria: Restaurant) -> None:
    for host in ("localhost", "nobody.localhost", "restaurant.example", "127.0.0.1"):
        answer = ask(app, host)

        page = pages.check(app, answer)
        assert answer.status_code == 200
        assert trattoria.tenant.name not in page.get_text()
        assert page.select_one("input[name=restaurant]") is not None


def test_the_front_page_leads_to_a_sign_in(app: Flask) -> None:
    answer = ask(app, "localhost", "/staff?restaurant=%20Trattoria")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/t/trattoria/sign-in"


def test_it_leads_to_no_other_site(app: Flask) -> None:
    for name in ("//evil.example", "a/../..", "x\\y"):
        assert app.test_client().get("/staff", query_string={"restaurant": name}).status_code == 404


def test_several_locations_are_a_choice(
    app: Flask, new_restaurant: Callable[..., Restaurant]
) -> None:
    restaurant = new_restaurant()
    with restaurant.inside(), transaction():
        open_location(
            NewLocation(
                slug="harbour",
                name="Harbour",
                time_zone="Europe/Rome",
                locale="en",
                currency="EUR",
                tax_inclusive=True,
            )
        )
    host = host_of(restaurant)

    choice = pages.check(app, ask(app, host))

    assert [link["href"] for link in choice.select(".menu-page a")] == [
        "/menu/harbour",
        "/menu/old-town",
    ]
    assert "Margherita" in ask(app, host, "/menu/old-town").get_data(as_text=True)


def test_a_menu_that_is_not_there_is_not_found(app: Flask, trattoria: Restaurant) -> None:
    assert ask(app, host_of(trattoria), "/menu/harbour").status_code == 404
    assert ask(app, "localhost", "/menu/old-town").status_code == 404


def test_what_is_sold_out_says_so(app: Flask, new_restaurant: Callable[..., Restaurant]) -> None:
    restaurant = new_restaurant()
    with restaurant.inside():
        set_86(
            owner_of(restaurant),
            restaurant.location,
            restaurant.items["Margherita"],
            None,
            is_86=True,
            counted_left=None,
        )

    page = pages.check(app, ask(app, host_of(restaurant)))

    gone = page.select_one(".menu-page li.out")
    assert gone is not None
    assert "sold out today" in gone.get_text()
