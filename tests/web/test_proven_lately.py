"""What costs money or gives rights is asked of nobody who proved himself long ago."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import Connection
from werkzeug.test import TestResponse

from app.core import clock
from app.core.access import asks_for_proof
from app.core.ids import new_id
from app.identity.domain import PROOF_LASTS
from app.identity.permissions import (
    API_MANAGE,
    PAYMENT_CONFIGURE,
    PAYMENT_REFUND,
    REPORT_EXPORT,
    ROLE_MANAGE,
    STAFF_MANAGE,
    TENANT_MANAGE,
)
from tests.architecture.test_routes import UNSAFE, Call, ask, calls
from tests.support.chain import role_id
from tests.support.factors import STEP, newcomer, options_at, set_up_app, set_up_passkey
from tests.support.restaurants import PIN, Person, Restaurant
from tests.support.signing_in import open_tablet, token_in
from tests.support.visitor import Visitor

LATER = PROOF_LASTS + timedelta(seconds=1)
# What gives rights, takes them, or hands out what the restaurant knows: each act under these asks.
GUARDED = {
    PAYMENT_REFUND,
    PAYMENT_CONFIGURE,
    REPORT_EXPORT,
    STAFF_MANAGE,
    ROLE_MANAGE,
    API_MANAGE,
    TENANT_MANAGE,
}
EXCEPT = {
    # what only takes away: from somebody who is at it now, nobody is kept from doing so at once
    "staff.sign_out",
    "staff.withdraw",
    "tokens.revoke",
    "privacy.take_back",
    # the opening, where it gives nobody a right and moves no address
    "setup.save_location",
    "setup.save_menu",
    "setup.save_sample",
    "setup.discard_sample",
    "setup.save_tables",
    "setup.leave_out",
}
# The same of one's own account, which every member has.
OF_ONES_OWN = {
    "account.change_password",
    "account.add_app",
    "account.add_passkey",
    "account.remove_factor",
    "account.renew_codes",
    "account.ask_for_email",
}


@pytest.fixture
def alice(diner: Restaurant) -> Person:
    """An owner with a fresh account."""
    return newcomer(diner, "owner")


@pytest.fixture
def visitor(alice: Person, client_of: Callable[[Person], Visitor]) -> Visitor:
    return client_of(alice)


def guarded(app: Flask) -> Iterator[Call]:
    return (call for call in calls(app) if asks_for_proof(app.view_functions[call.rule.endpoint]))


def entries(owner: Connection, restaurant: Restaurant) -> int:
    """How many rows say what was done there."""
    row = owner.execute(
        "SELECT (SELECT count(*) FROM audit_entry WHERE tenant_id = %(id)s)"
        " + (SELECT count(*) FROM outbox WHERE tenant_id = %(id)s)"
        " + (SELECT count(*) FROM idempotency WHERE tenant_id = %(id)s)",
        {"id": restaurant.tenant.id},
    ).fetchone()
    assert row is not None
    return int(row[0])


def policy(visitor: Visitor, person: Person) -> str:
    """The page that says what the restaurant asks; its form is the example of an act."""
    visitor.get(f"/t/{person.tenant}/settings/security")
    return f"/t/{person.tenant}/settings/security"


def test_everything_that_matters_is_guarded(app: Flask) -> None:
    asking = {call.rule.endpoint for call in guarded(app)}
    acts = {
        call.rule.endpoint
        for call in calls(app)
        if call.access in GUARDED and (call.method in UNSAFE or call.access == REPORT_EXPORT)
    }

    assert (acts | OF_ONES_OWN) - asking == EXCEPT


def test_an_old_proof_changes_nothing_at_any_guarded_address(
    app: Flask, visitor: Visitor, diner: Restaurant, owner_connection: Connection
) -> None:
    with clock.use(clock.now() + LATER):
        before = entries(owner_connection, diner)
        let_through = []
        for call in guarded(app):
            answer = ask(visitor, call, call.path(diner, new_id()))
            asked = (
                answer.status_code == 403 and "Is it still you?" in answer.get_data(as_text=True)
                if call.method in UNSAFE
                else "/account/prove" in answer.headers.get("Location", "")
            )
            if not asked:
                let_through.append(f"{call}: {answer.status}")

        assert let_through == []
        assert entries(owner_connection, diner) == before


def test_a_fresh_sign_in_is_a_proof(visitor: Visitor, alice: Person) -> None:
    policy(visitor, alice)
    visitor.submit(visitor.form("/settings/security"))

    assert visitor.path.endswith("/settings/security")


def test_with_the_password_the_same_request_goes_through_with_its_fields(
    visitor: Visitor, alice: Person, diner: Restaurant, owner_connection: Connection
) -> None:
    with clock.use(clock.now() + LATER):
        path = policy(visitor, alice)
        visitor.send(path, {"needed": "0", "csrf_token": visitor.token, "more": "x"}, status=403)
        form = visitor.form("/settings/security")
        fields = {str(tag["name"]): tag.get("value") for tag in form.select("input[type=hidden]")}
        visitor.submit(form, {"proof_password": alice.password})

    assert (fields["needed"], fields["more"]) == ("0", "x")
    assert visitor.path == path
    kept = owner_connection.execute(
        "SELECT needs_second_factor FROM tenant_profile WHERE tenant_id = %s", [diner.tenant.id]
    ).fetchone()
    assert kept == (False,)


def test_a_proof_holds_for_ten_minutes(visitor: Visitor, alice: Person) -> None:
    start = clock.now() + LATER
    with clock.use(start):
        visitor.send(policy(visitor, alice), {"csrf_token": visitor.token}, status=403)
        visitor.submit(visitor.form("/settings/security"), {"proof_password": alice.password})
    with clock.use(start + PROOF_LASTS - timedelta(seconds=1)):
        visitor.send(policy(visitor, alice), {"csrf_token": visitor.token})
    with clock.use(start + PROOF_LASTS):
        visitor.send(policy(visitor, alice), {"csrf_token": visitor.token}, status=403)


def test_a_wrong_password_asks_again_and_changes_nothing(
    visitor: Visitor, alice: Person, diner: Restaurant, owner_connection: Connection
) -> None:
    with clock.use(clock.now() + LATER):
        visitor.send(policy(visitor, alice), {"csrf_token": visitor.token}, status=403)
        for status in [422] * 5 + [429]:
            form = visitor.form("/settings/security")
            visitor.submit(form, {"proof_password": "not hers"}, status=status)

    acts = owner_connection.execute(
        "SELECT act, count(*) FROM audit_entry WHERE tenant_id = %s AND actor_id = %s GROUP BY 1",
        [diner.tenant.id, alice.member_id],
    ).fetchall()
    # Tries within one minute are one entry; how many there were is counted beside it.
    assert dict(acts) == {"session.sign_in": 1, "session.refused": 1}


def test_a_proof_left_empty_is_asked_for_in_words(visitor: Visitor, alice: Person) -> None:
    with clock.use(clock.now() + LATER):
        visitor.send(policy(visitor, alice), {"csrf_token": visitor.token}, status=403)
        page = visitor.submit(visitor.form("/settings/security"), status=422)

        assert "Type your password." in page.get_text()
        assert page.select_one(f"a[href='/t/{alice.tenant}/']") is not None

        visitor.get(f"/t/{alice.tenant}/account/prove")
        page = visitor.submit(visitor.form("/account/prove"), status=422)
        assert "Type your password." in page.get_text()


def test_htmx_gets_a_sheet_over_the_page(visitor: Visitor, alice: Person) -> None:
    with clock.use(clock.now() + LATER):
        path = policy(visitor, alice)
        shown = visitor.send(
            path, {"csrf_token": visitor.token, "reason": "Cold"}, status=403, fragment=True
        )

    part, form = shown.find("hx-partial"), shown.find("form")
    assert part is not None
    assert form is not None
    assert part.get("hx-target") == "#sheet"
    assert (form["action"], form["method"]) == (path, "post")
    assert form.select_one("input[name=reason][value=Cold]") is not None
    assert form.select_one("[hx-post]") is None  # sent as a page: whatever comes, is shown whole


def test_a_programs_request_is_told_why(visitor: Visitor, alice: Person) -> None:
    with clock.use(clock.now() + LATER):
        path = policy(visitor, alice)
        headers = {"X-CSRFToken": visitor.token, "Accept": "application/json"}
        answer = visitor.client.post(path, json={"needed": "1"}, headers=headers)

    assert (answer.status_code, answer.get_json()["title"]) == (403, "proof")


def test_an_export_is_led_on_to_after_the_proof(visitor: Visitor, diner: Restaurant) -> None:
    export = f"{diner.url}/reports/2026-01-31.csv"
    with clock.use(clock.now() + LATER):
        visitor.get(export)
        assert urlsplit(visitor.path).path.endswith("/account/prove")
        page = visitor.submit(
            visitor.form("/account/prove"), {"proof_password": "wrong"}, status=422
        )
        page = visitor.submit(
            visitor.form("/account/prove"), {"proof_password": "a long and boring password"}
        )

        refresh = page.select_one("meta[http-equiv=refresh]")
        assert refresh is not None
        assert str(refresh["content"]).endswith(export)
        assert visitor.client.get(export).mimetype == "text/csv"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/t/x", "/t/other/x"])
def test_a_proof_leads_to_no_other_place(visitor: Visitor, alice: Person, target: str) -> None:
    with clock.use(clock.now() + LATER):
        visitor.get(f"/t/{alice.tenant}/account/prove")
        page = visitor.submit(
            visitor.form("/account/prove"), {"proof_password": alice.password, "next": target}
        )

    assert target not in str(page)


def test_a_forged_request_is_not_carried_into_the_question(visitor: Visitor, alice: Person) -> None:
    with clock.use(clock.now() + LATER):
        path = policy(visitor, alice)
        answer = visitor.client.post(path, data={"needed": "1"})

    assert answer.status_code == 400
    assert "needed" not in answer.get_data(as_text=True)


def test_a_code_of_the_app_is_a_proof(visitor: Visitor, alice: Person) -> None:
    phone = set_up_app(visitor, alice)
    with clock.use(clock.now() + LATER + STEP):
        visitor.send(policy(visitor, alice), {"csrf_token": visitor.token}, status=403)
        visitor.submit(visitor.form("/settings/security"), {"proof_code": phone.code()})

        assert visitor.path.endswith("/settings/security")


def test_a_passkey_is_a_proof_and_another_persons_is_none(
    app: Flask, visitor: Visitor, alice: Person, diner: Restaurant,
    client_of: Callable[[Person], Visitor],
) -> None:  # fmt: skip
    key = set_up_passkey(visitor, alice)
    eve = newcomer(diner)
    hers = set_up_passkey(client_of(eve), eve)
    assert app is not None
    with clock.use(clock.now() + LATER):
        for used, status in ((hers, 422), (key, 200)):
            visitor.send(policy(visitor, alice), {"csrf_token": visitor.token}, status=403)
            answer = used.use(options_at(visitor, f"/t/{alice.tenant}/account/prove/passkey"))
            form = visitor.form("/settings/security")
            visitor.submit(form, {"proof_passkey": answer}, status=status)


def test_a_proof_is_no_part_of_what_is_done(visitor: Visitor, alice: Person) -> None:
    """The key of a gesture stands for the act, whichever proof came with it."""
    with clock.use(clock.now() + LATER):
        visitor.send(policy(visitor, alice), {"csrf_token": visitor.token}, status=403)
        form = visitor.form("/settings/security")
        visitor.submit(form, {"proof_password": alice.password, "idempotency_key": str(new_id())})

        assert visitor.path.endswith("/settings/security")


def test_at_a_tablet_the_pin_is_asked_for_and_just_given_it_counts(
    app: Flask, diner: Restaurant, alice: Person
) -> None:
    start = clock.now()
    tablet = open_tablet(app, diner, alice)
    path = f"/t/{diner.tenant.slug}/settings/staff/add"
    place, role = str(diner.location.id), str(role_id(diner, "server"))
    ann = {"name": "Ann", "pin": PIN, "role_id": role, "location_ids": place}

    assert _post(tablet, path, **ann).status_code == 303
    for minute in range(1, 12):
        with clock.use(start + timedelta(minutes=minute)):
            page = tablet.get(path)
            assert page.status_code == 200
    with clock.use(start + timedelta(minutes=11)):
        asked = _post(tablet, path, **ann)
        wrong = _post(tablet, path, proof_pin="1357", **ann)
        by_password = _post(tablet, path, proof_password=alice.password, **ann)
        right = _post(tablet, path, proof_pin=PIN, **ann)

    assert (asked.status_code, "proof_pin" in asked.get_data(as_text=True)) == (403, True)
    assert (wrong.status_code, by_password.status_code, right.status_code) == (422, 422, 303)


def _post(client: FlaskClient, path: str, **values: str) -> TestResponse:
    return client.post(path, data={"csrf_token": token_in(client.get(path)), **values})
