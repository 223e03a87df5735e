"""The dashboard and the day's report in a browser without script."""

import csv
import io
from collections.abc import Callable

import pytest
from sqlalchemy import text

from app.core.csv_cells import text_cell
from app.core.db import execute, transaction
from app.core.tenant import current_tenant_id
from app.reporting import pdf, queries
from tests.support.restaurants import Cast, Person, Restaurant
from tests.support.takings import take_a_day
from tests.support.visitor import Visitor

ClientOf = Callable[[Person | None], Visitor]
FORMULA = '=HYPERLINK("http://evil.example","Burrata")'
MARKUP = "<script>alert(1)</script><img src=file:///etc/passwd>"


@pytest.fixture(scope="module")
def busy(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant that traded today, some of it under names meant to do harm."""
    restaurant = new_restaurant()
    with restaurant.inside():
        with transaction():
            _rename(restaurant, "Margherita", FORMULA)
            _rename(restaurant, "Espresso", MARKUP)
        take_a_day(restaurant)
    return restaurant


def test_the_dashboard_shows_the_day(client_of: ClientOf, busy: Restaurant) -> None:
    page = client_of(busy.people["alice"]).get(f"{busy.url}/dashboard")

    with busy.inside():
        net = queries.dashboard(busy.location).now.ledger.net_minor
    assert f"€{net / 100:,.2f}" in page.get_text()
    assert "agrees with the ledger ✓" in page.get_text()
    assert page.select_one("figure.chart svg rect") is not None
    assert page.select_one("figure.chart table") is not None


def test_htmx_gets_the_figures_alone(client_of: ClientOf, busy: Restaurant) -> None:
    answer = client_of(busy.people["alice"]).get(f"{busy.url}/dashboard", fragment=True)

    assert answer.select_one("#figures") is not None
    assert answer.find("nav") is None


def test_a_difference_is_said_in_a_red_sentence(
    client_of: ClientOf, new_restaurant: Callable[..., Restaurant]
) -> None:
    restaurant = new_restaurant()
    with restaurant.inside():
        take_a_day(restaurant)
        with transaction():
            execute(
                text(
                    "UPDATE payment SET tip_minor = tip_minor + 1"
                    " WHERE tenant_id = :id AND tender = 'card'"
                ),
                {"id": current_tenant_id()},
            )

    page = client_of(restaurant.people["alice"]).get(f"{restaurant.url}/dashboard")

    said = page.select_one("[role=alert].late-text")
    assert said is not None
    assert "€0.01 apart" in said.get_text()
    assert "agrees with the ledger ✓" not in page.get_text()


@pytest.mark.parametrize("page", ["dashboard", "reports/2026-01-01", "reports/2026-01-01.csv"])
def test_servers_and_cooks_see_no_reports(
    client_of: ClientOf, cast: Cast, trattoria: Restaurant, page: str
) -> None:
    for person in (cast.bob, cast.carol):
        client_of(person).get(f"{trattoria.url}/{page}", status=403)


def test_the_report_of_today_is_one_link_away(client_of: ClientOf, busy: Restaurant) -> None:
    visitor = client_of(busy.people["alice"])

    page = visitor.get(f"{busy.url}/reports")

    with busy.inside():
        today = queries.today(busy.location)
    assert visitor.path.endswith(f"/reports/{today.isoformat()}")
    assert "Categories" in page.get_text()
    assert page.select_one("a[aria-current=page]").get_text(strip=True) == "Reports"  # type: ignore[union-attr]


def test_the_report_has_its_date_in_the_address(client_of: ClientOf, busy: Restaurant) -> None:
    visitor = client_of(busy.people["alice"])
    page = visitor.get(f"{busy.url}/reports")
    form = page.select_one("form.filters")
    assert form is not None

    visitor.submit(form, {"date": "2001-02-03"})

    assert visitor.path.endswith("/reports/2001-02-03")
    assert visitor.page is not None
    assert "Nothing sold on this day" in visitor.page.get_text()


def test_a_date_that_is_none_is_not_found(client_of: ClientOf, busy: Restaurant) -> None:
    client_of(busy.people["alice"]).get(f"{busy.url}/reports/2026-02-31", status=404)


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "3000-01-01", "9999-12-31"])
@pytest.mark.parametrize("address", ["reports/{}", "reports/{}.csv", "reports/{}.pdf"])
def test_a_day_that_no_restaurant_ever_had_is_not_found(
    client_of: ClientOf, busy: Restaurant, address: str, day: str
) -> None:
    client_of(busy.people["alice"]).get(f"{busy.url}/{address.format(day)}", status=404)


@pytest.mark.parametrize("day", ["2000-01-01", "2999-12-31"])
def test_the_first_and_the_last_day_have_a_report(
    client_of: ClientOf, busy: Restaurant, day: str
) -> None:
    page = client_of(busy.people["alice"]).get(f"{busy.url}/reports/{day}")

    assert "Nothing sold on this day" in page.get_text()


def test_hostile_names_stay_text_on_the_page(client_of: ClientOf, busy: Restaurant) -> None:
    page = client_of(busy.people["alice"]).get(f"{busy.url}/reports")

    assert MARKUP in page.get_text()
    assert "alert(1)" not in [tag.get_text() for tag in page.find_all("script")]
    assert page.find("img") is None


def test_no_cell_of_the_csv_is_a_formula(client_of: ClientOf, busy: Restaurant) -> None:
    rows = _csv(client_of(busy.people["alice"]), busy)

    names = {row["name"] for row in rows}
    assert f"'{FORMULA}" in names
    assert not any(row["name"].startswith(("=", "+", "-", "@", "\t")) for row in rows)


@pytest.mark.parametrize("text_", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_looks_like_a_formula_is_quoted(text_: str) -> None:
    assert text_cell(text_) == f"'{text_}"


def test_the_csv_adds_up(client_of: ClientOf, busy: Restaurant) -> None:
    rows = _csv(client_of(busy.people["alice"]), busy)

    def sum_of(part: str) -> int:
        return sum(round(float(row["net"]) * 100) for row in rows if row["part"] == part)

    refunds = next(row for row in rows if row["name"] == "refunds")
    net = next(row for row in rows if row["name"] == "net sales")
    given_back = round(float(refunds["net"]) * 100)
    assert sum_of("category") == sum_of("item")
    assert sum_of("item") + given_back == round(float(net["net"]) * 100)


def test_the_report_prints_as_pdf_and_leaves_a_trace(client_of: ClientOf, busy: Restaurant) -> None:
    visitor = client_of(busy.people["alice"])
    with busy.inside():
        today = queries.today(busy.location).isoformat()
        before = _exports()

    answer = visitor.client.get(f"{busy.url}/reports/{today}.pdf")

    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    with busy.inside():
        assert _exports() == before + 1


def test_a_page_of_the_pdf_is_a4(busy: Restaurant) -> None:
    with busy.inside():
        page = pdf._document("<p>Report</p>", "").pages[0]

    assert (round(page.width / 96 * 25.4), round(page.height / 96 * 25.4)) == (210, 297)


def _rename(restaurant: Restaurant, item: str, name: str) -> None:
    execute(
        text("UPDATE item SET name = :name WHERE tenant_id = :tenant_id AND id = :id"),
        {"name": name, "tenant_id": current_tenant_id(), "id": restaurant.items[item]},
    )


def _exports() -> int:
    return int(
        execute(
            text(
                "SELECT count(*) FROM audit_entry"
                " WHERE tenant_id = :tenant_id AND act = 'report.export'"
            ),
            {"tenant_id": current_tenant_id()},
        ).scalar_one()
    )


def _csv(visitor: Visitor, restaurant: Restaurant) -> list[dict[str, str]]:
    with restaurant.inside():
        today = queries.today(restaurant.location).isoformat()
    visitor.get(f"{restaurant.url}/reports/{today}.csv")
    assert visitor.answer is not None
    assert visitor.answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(visitor.answer.get_data(as_text=True))))
