"""Receipts and provisional bills, on screen and as strips of paper."""

import logging
import sys
from collections.abc import Callable

import pytest
from sqlalchemy import text

from app.core.db import execute, transaction
from app.core.tenant import current_tenant_id
from app.reporting import pdf
from tests.support.restaurants import DINER, TRATTORIA, Cast, Person, Restaurant
from tests.support.takings import Takings, document_of, take_a_day
from tests.support.visitor import Visitor

ClientOf = Callable[[Person | None], Visitor]
MARKUP = "<script>alert(1)</script><link rel=stylesheet href=file:///etc/passwd>"
MM = 96 / 25.4

Day = tuple[Restaurant, Takings]


@pytest.fixture(scope="module", params=[TRATTORIA, DINER], ids=["included", "on top"])
def day(request: pytest.FixtureRequest, new_restaurant: Callable[..., Restaurant]) -> Day:
    restaurant = new_restaurant(request.param)
    with restaurant.inside():
        with transaction():
            execute(
                text("UPDATE item SET name = :name WHERE tenant_id = :tenant_id AND id = :id"),
                {
                    "name": MARKUP,
                    "tenant_id": current_tenant_id(),
                    "id": restaurant.items["Margherita"],
                },
            )
        takings = take_a_day(restaurant)
    return restaurant, takings


def owner(restaurant: Restaurant) -> Person:
    return next(person for person in restaurant.people.values() if person.role == "owner")


def address(day: Day, kind: str = "sale") -> str:
    restaurant, takings = day
    with restaurant.inside():
        return f"{restaurant.url}/documents/{document_of(takings.cash, kind)}"


def test_a_receipt_tells_everything_it_must(client_of: ClientOf, day: Day) -> None:
    restaurant, _takings = day

    paper = client_of(owner(restaurant)).get(address(day)).select_one(".receipt")

    assert paper is not None
    said = " ".join(paper.get_text(" ").split())
    for word in ("A-1", "Order", "2 ×", "Extra cheese", "Total", "Cash", "Change 1.37"):
        assert word in said
    assert "no signer" in said


def test_taxes_stand_with_rate_and_base(client_of: ClientOf, day: Day) -> None:
    restaurant, _takings = day

    page = client_of(owner(restaurant)).get(address(day))

    rows = page.select(".taxes tbody tr")
    assert rows
    for row in rows:
        base, tax, gross = (float(cell.get_text()) for cell in row.find_all("td"))
        assert round(base + tax, 2) == gross


def test_hostile_names_stay_text(client_of: ClientOf, day: Day) -> None:
    restaurant, _takings = day

    page = client_of(owner(restaurant)).get(address(day))

    assert MARKUP in page.get_text()
    assert "file:///etc/passwd" not in str([tag.attrs for tag in page.find_all("link")])


@pytest.mark.parametrize("kind", ["sale", "refund"])
def test_a_receipt_prints_as_one_strip(client_of: ClientOf, day: Day, kind: str) -> None:
    restaurant, _takings = day
    visitor = client_of(owner(restaurant))

    answer = visitor.client.get(f"{address(day, kind)}?format=pdf")

    assert answer.data.startswith(b"%PDF-")
    assert answer.mimetype == "application/pdf"


def test_a_strip_is_80_mm_wide_and_as_long_as_it_needs(day: Day) -> None:
    restaurant, _takings = day
    with restaurant.inside():
        page = pdf._document("<p>A receipt</p>", pdf._page(123)).pages[0]

    assert (round(page.width / MM), round(page.height / MM)) == (80, 123)


def test_nothing_is_fetched_for_a_pdf(
    day: Day, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    restaurant, _takings = day
    # WeasyPrint keeps its messages to itself.
    monkeypatch.setattr(logging.getLogger("weasyprint"), "propagate", True)
    caplog.set_level(logging.WARNING, logger="weasyprint")
    with restaurant.inside():
        document = pdf._document('<p>A</p><img src="file:///etc/hostname">', pdf._page(50))

    assert len(document.pages) == 1
    assert "file:///etc/hostname" in caplog.text


def test_without_the_libraries_of_pdf_the_page_still_works(
    client_of: ClientOf, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    restaurant, _takings = day
    visitor = client_of(owner(restaurant))
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    refused = visitor.get(f"{address(day)}?format=pdf", status=503)

    assert "PDF is off on this server" in refused.get_text()
    visitor.get(address(day))


def test_a_refund_has_a_paper_of_its_own(client_of: ClientOf, day: Day) -> None:
    restaurant, _takings = day

    paper = client_of(owner(restaurant)).get(address(day, "refund"))

    assert "REFUND" in paper.get_text()
    assert "7.33" in paper.get_text()
    assert "Cold pizza" in paper.get_text()


def test_an_order_leads_to_its_newest_receipt(client_of: ClientOf, day: Day) -> None:
    restaurant, takings = day
    visitor = client_of(owner(restaurant))

    visitor.get(f"{restaurant.url}/orders/{takings.cash.order_id}/receipts")

    assert visitor.path == address(day)


def test_an_open_order_prints_what_is_clearly_no_receipt(client_of: ClientOf, day: Day) -> None:
    restaurant, takings = day
    visitor = client_of(owner(restaurant))

    page = visitor.get(f"{restaurant.url}/orders/{takings.still_open.order_id}/provisional")

    assert "PROVISIONAL BILL" in page.get_text()
    assert "not a receipt" in page.get_text()
    assert "Still to pay" in page.get_text()
    visitor.get(f"{restaurant.url}/orders/{takings.still_open.order_id}/receipts")
    assert visitor.path.endswith("/provisional")
    visitor.get(f"{restaurant.url}/orders/{takings.cash.order_id}/provisional", status=404)


def test_another_restaurants_receipt_is_not_there(
    client_of: ClientOf, day: Day, cast: Cast
) -> None:
    document = address(day).rsplit("/", 1)[1]

    client_of(cast.alice).get(f"/t/trattoria/old-town/documents/{document}", status=404)


def test_a_cook_prints_no_receipts(client_of: ClientOf, cast: Cast, trattoria: Restaurant) -> None:
    with trattoria.inside():
        document = document_of(take_a_day(trattoria).cash)

    client_of(cast.carol).get(f"{trattoria.url}/documents/{document}", status=403)
    client_of(cast.dan).get(f"{trattoria.url}/documents/{document}")
