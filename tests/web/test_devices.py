"""Paired devices: how they are, what is changed of them, paired anew, and the end of them."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from psycopg import Connection

from app.core import clock
from app.identity.devices import NewDevice, revoke_device
from app.identity.devices import prepare_device as prepare
from app.privacy.commands import keeping
from tests.support.pairing import CODE, redeem
from tests.support.restaurants import Cast, Person, Restaurant
from tests.support.signing_in import open_device, open_tablet, token_in
from tests.support.visitor import Visitor


def test_a_device_says_once_a_minute_how_it_is(
    app: Flask, new_restaurant: Callable[[], Restaurant], client_of: Callable[[Person], Visitor]
) -> None:
    place = new_restaurant()
    slug = place.tenant.slug
    client = open_device(app, place, "tablet")
    token = token_in(client.get(f"/t/{slug}/pin"))
    owner = client_of(place.people["alice"])
    values = {"battery": "64", "version": app.jinja_env.globals["version"], "csrf_token": token}

    reported = client.post(f"/t/{slug}/device/report", data=values)
    wrong = client.post(f"/t/{slug}/device/report", data={**values, "battery": "640"})

    row = owner.get(f"/t/{slug}/settings/devices").select_one("tbody tr")
    assert row is not None
    assert (reported.status_code, wrong.status_code) == (204, 422)
    for words in ("Tablet 1", "64 %", "online", "up to date"):
        assert words in row.get_text()
    with clock.use(clock.now() + timedelta(minutes=3)):
        assert "offline" in owner.get(f"/t/{slug}/settings/devices").get_text()


def test_a_revoked_device_is_nobody_and_so_is_who_worked_there(
    app: Flask, new_restaurant: Callable[[], Restaurant], client_of: Callable[[Person], Visitor]
) -> None:
    place = new_restaurant()
    slug = place.tenant.slug
    tablet = open_tablet(app, place, place.people["bob"])
    owner = client_of(place.people["alice"])
    page = owner.get(f"/t/{slug}/settings/devices")
    link = page.select_one("tbody a")
    assert link is not None
    owner.get(str(link["href"]))

    owner.submit(owner.form("/revoke"))

    assert tablet.get(f"{place.url}/floor").location.startswith(f"/t/{slug}/sign-in")
    assert tablet.get(f"/t/{slug}/pin").location.startswith(f"/t/{slug}/sign-in")
    assert "No devices yet" in owner.get(f"/t/{slug}/settings/devices").get_text()


def test_pairing_anew_ends_what_was_paired(
    app: Flask, new_restaurant: Callable[[], Restaurant], client_of: Callable[[Person], Visitor]
) -> None:
    place = new_restaurant()
    slug, old = place.tenant.slug, open_device(app, place, "pickup")
    owner = client_of(place.people["alice"])
    link = owner.get(f"/t/{slug}/settings/devices").select_one("tbody a")
    assert link is not None
    owner.get(str(link["href"]))
    code = CODE.search(owner.submit(owner.form("/code")).get_text())
    assert code is not None
    before = old.get(f"{place.url}/pickup").status_code

    new = app.test_client()
    redeem(new, slug, code[0])

    assert before == new.get(f"{place.url}/pickup").status_code == 200
    assert old.get(f"{place.url}/pickup").status_code == 302


def test_a_screens_stations_are_changed_and_its_name(
    app: Flask, new_restaurant: Callable[[], Restaurant], client_of: Callable[[Person], Visitor]
) -> None:
    place = new_restaurant()
    client = open_device(app, place, "kitchen", "Kitchen")
    owner = client_of(place.people["alice"])
    link = owner.get(f"/t/{place.tenant.slug}/settings/devices").select_one("tbody a")
    assert link is not None
    owner.get(str(link["href"]))
    address = str(link["href"])

    owner.submit(owner.form(address), {"name": "Barista", "station_ids": place.stations["Bar"]})
    nothing = owner.client.post(
        address, data={"name": "Barista"}, headers={"X-CSRFToken": owner.token}
    )

    assert client.get(f"{place.url}/kitchen/bar").status_code == 200
    assert client.get(f"{place.url}/kitchen/kitchen").status_code == 404
    assert nothing.status_code == 422


def test_what_was_never_paired_is_forgotten_after_a_day(
    new_restaurant: Callable[[], Restaurant], owner_connection: Connection
) -> None:
    place = new_restaurant()
    new = NewDevice(
        location_id=place.location.id,
        kind="kitchen",
        name="Never",
        station_ids=(place.stations["Kitchen"],),
    )
    with place.inside():
        prepare(place.people["alice"].actor, new)
    with place.inside(), clock.use(clock.now() + timedelta(days=2)):
        keeping.enforce()

    left = owner_connection.execute(
        "SELECT count(*) FROM device WHERE tenant_id = %s", [place.tenant.id]
    ).fetchone()
    assert left == (0,)


def test_making_pairing_and_ending_a_device_leave_audit_entries(
    app: Flask, cast: Cast, new_restaurant: Callable[[], Restaurant], owner_connection: Connection
) -> None:
    place = new_restaurant()
    alice = place.people["alice"]
    open_device(app, place, "tablet")
    device = owner_connection.execute(
        "SELECT id FROM device WHERE tenant_id = %s", [place.tenant.id]
    ).fetchone()
    assert device is not None
    assert alice.member_id != cast.alice.member_id
    with place.inside():
        revoke_device(alice.actor, device[0])

    entries = owner_connection.execute(
        "SELECT act, actor_id, after ->> 'revoked' FROM audit_entry"
        " WHERE tenant_id = %s AND subject_id = %s ORDER BY at, id",
        [place.tenant.id, device[0]],
    ).fetchall()
    assert entries == [
        ("device.pair", alice.member_id, None),
        ("device.paired", alice.member_id, None),
        ("device.pair", alice.member_id, "true"),
    ]
