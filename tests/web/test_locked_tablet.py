"""A tablet locks in between, by itself or on request, and one goes on where one was."""

from datetime import UTC, datetime, timedelta

from bs4 import BeautifulSoup
from flask import Flask

from app.core import clock
from app.identity.session import PLAIN_COOKIE
from tests.support.restaurants import Cast, Restaurant
from tests.support.signing_in import (
    DEVICE_COOKIE,
    is_open,
    open_tablet,
    token_in,
    token_of,
    try_pin,
)

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


def test_a_tablet_is_locked_two_minutes_after_the_last_touch(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    with clock.use(NOON):
        client = open_tablet(app, trattoria, cast.bob)
    with clock.use(NOON + timedelta(seconds=110)):
        assert is_open(client)
    with clock.use(NOON + timedelta(seconds=220)):
        assert is_open(client)
    with clock.use(NOON + timedelta(seconds=220 + 136)):
        locked = client.get(f"{trattoria.url}/floor")

    assert locked.location == f"/t/trattoria/pin?next={trattoria.url}/floor"


def test_what_the_stream_asks_for_is_no_touch(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    """A busy evening's frames keep nobody signed in at a tablet that was put down."""
    statuses = []
    with clock.use(NOON):
        client = open_tablet(app, trattoria, cast.bob)
        client.get(f"{trattoria.url}/floor")
    for seconds in range(20, 180, 20):
        with clock.use(NOON + timedelta(seconds=seconds)):
            headers = {**HTMX, "X-Idle": str(seconds)}
            statuses.append(client.get(f"{trattoria.url}/floor", headers=headers).status_code)

    assert statuses == [200] * 6 + [401] * 2


def test_a_locked_tablet_tells_its_page_and_leads_it_nowhere(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    with clock.use(NOON):
        client = open_tablet(app, trattoria, cast.bob)
    with clock.use(NOON + timedelta(minutes=5)):
        answer = client.get(f"{trattoria.url}/floor", headers={**HTMX, "X-Idle": "300"})

    assert answer.status_code == 401
    assert answer.headers["HX-Trigger"] == "nib-locked"
    assert "HX-Redirect" not in answer.headers


def test_locking_on_request_ends_the_session_and_asks_for_the_pin(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    client = open_tablet(app, trattoria, cast.bob)
    held = token_of(client)
    token = token_in(client.get("/t/trattoria/pin"))

    sheet = client.post("/t/trattoria/lock", data={"csrf_token": token}, headers=HTMX)

    stolen = app.test_client()
    stolen.set_cookie(DEVICE_COOKIE, client.get_cookie(DEVICE_COOKIE).value)  # type: ignore[union-attr]
    stolen.set_cookie(PLAIN_COOKIE, held or "")
    assert sheet.status_code == 200
    assert "data-closes" not in sheet.get_data(as_text=True)
    assert not is_open(client)
    assert not is_open(stolen)


def test_the_page_of_the_same_person_goes_on_with_a_new_token(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    client = open_tablet(app, trattoria, cast.bob)
    page = client.get("/t/trattoria/pin", headers=HTMX)
    values = {"pin": cast.bob.pin, "csrf_token": token_in(page), "was": cast.bob.member_id}

    same = client.post(
        "/t/trattoria/pin", data={**values, "member_id": cast.bob.member_id}, headers=HTMX
    )
    values["csrf_token"] = token_in(client.get("/t/trattoria/pin"))
    other = client.post(
        "/t/trattoria/pin", data={**values, "member_id": cast.dan.member_id}, headers=HTMX
    )

    assert same.status_code == 204
    assert "nib-unlocked" in same.headers["HX-Trigger"]
    assert other.headers["HX-Redirect"] == "/t/trattoria/"


def test_one_stays_on_the_page_that_the_sheet_lay_over(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    client = open_tablet(app, trattoria, cast.alice)
    page = f"{trattoria.url}/floor?area=Terrace"

    sheet = client.get(
        "/t/trattoria/pin", headers={**HTMX, "HX-Current-URL": f"http://localhost{page}"}
    )
    field = BeautifulSoup(sheet.get_data(as_text=True), "html.parser").select_one("[name=next]")
    answer = try_pin(client, cast.bob, cast.bob.pin, next_=str(field["value"] if field else ""))

    assert answer.location == page
