"""Who proves again who they are goes on under a new token, in the same session."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import Connection

from app.core import clock
from app.identity.domain import PROOF_LASTS
from app.identity.logins import renew_token
from app.identity.queries import find_login
from app.identity.session import PLAIN_COOKIE
from tests.support.factors import is_in, newcomer
from tests.support.restaurants import PIN, Person, Restaurant
from tests.support.signing_in import open_tablet, token_in, token_of
from tests.support.visitor import Visitor

LATER = PROOF_LASTS + timedelta(seconds=1)


@pytest.fixture
def alice(diner: Restaurant) -> Person:
    return newcomer(diner, "owner")


@pytest.fixture
def visitor(alice: Person, client_of: Callable[[Person], Visitor]) -> Visitor:
    return client_of(alice)


def with_token(app: Flask, token: str | None) -> FlaskClient:
    """Another browser that holds this token."""
    client = app.test_client()
    client.set_cookie(PLAIN_COOKIE, token or "")
    return client


def prove(visitor: Visitor, person: Person, password: str | None = None, status: int = 200) -> None:
    visitor.get(f"/t/{person.tenant}/account/prove")
    visitor.submit(
        visitor.form("/account/prove"),
        {"proof_password": password or person.password},
        status=status,
    )


def test_the_token_before_a_proof_opens_nothing_after_it(
    app: Flask, visitor: Visitor, alice: Person
) -> None:
    old = token_of(visitor.client)

    with clock.use(clock.now() + LATER):
        prove(visitor, alice)

        assert token_of(visitor.client) not in (None, old)
        assert is_in(visitor, alice)
        assert not is_in_with(app, old, alice)


def test_a_proof_that_comes_with_an_act_renews_the_token_too(
    app: Flask, visitor: Visitor, alice: Person
) -> None:
    old, path = token_of(visitor.client), f"/t/{alice.tenant}/settings/security"
    with clock.use(clock.now() + LATER):
        visitor.get(path)
        visitor.send(path, {"csrf_token": visitor.token}, status=403)
        assert token_of(visitor.client) == old
        visitor.submit(visitor.form("/settings/security"), {"proof_password": alice.password})

        assert visitor.path == path
        assert token_of(visitor.client) != old
        assert not is_in_with(app, old, alice)


def test_a_wrong_proof_renews_nothing(visitor: Visitor, alice: Person) -> None:
    old = token_of(visitor.client)

    with clock.use(clock.now() + LATER):
        prove(visitor, alice, "not hers", status=422)

    assert token_of(visitor.client) == old


def test_the_session_keeps_its_id_its_data_and_its_end(
    visitor: Visitor, alice: Person, diner: Restaurant
) -> None:
    """So its sockets stay open, and it lasts no longer than twelve hours in all."""
    with diner.inside():
        before = find_login(token_of(visitor.client) or "")
    with clock.use(clock.now() + LATER):
        prove(visitor, alice)
        with diner.inside():
            after = find_login(token_of(visitor.client) or "")

    assert before is not None
    assert after is not None
    assert (after.id, after.expires_at) == (before.id, before.expires_at)
    assert after.data.keys() >= before.data.keys()
    assert after.data["csrf_token"] == before.data["csrf_token"]
    assert visitor.client.get_cookie(PLAIN_COOKIE).expires == after.expires_at.replace(  # type: ignore[union-attr]
        microsecond=0
    )


def test_of_two_proofs_at_once_the_browser_keeps_the_token_that_counts(
    app: Flask, visitor: Visitor, alice: Person, diner: Restaurant
) -> None:
    """The slower one finds the token renewed, and sends no cookie that would open nothing."""
    token = token_of(visitor.client) or ""
    with diner.inside():
        login = find_login(token)
        assert login is not None
        first, second = renew_token(login, token), renew_token(login, token)

    assert second is None
    assert is_in_with(app, first, alice)


def test_a_request_that_was_on_its_way_with_the_old_token_leads_back_to_its_page(
    app: Flask, visitor: Visitor, alice: Person
) -> None:
    """What a page asked for in that moment takes no cookie away, and the page comes again."""
    old = token_of(visitor.client)
    page = f"/t/{alice.tenant}/account/sessions"
    with clock.use(clock.now() + LATER):
        prove(visitor, alice)
        late = with_token(app, old).get(
            page, headers={"HX-Request": "true", "HX-Current-URL": f"http://localhost{page}"}
        )

        assert late.status_code == 401
        assert "Set-Cookie" not in late.headers
        visitor.get(late.headers["HX-Redirect"])
        assert visitor.path == page


def test_at_a_tablet_the_pin_renews_the_token(
    app: Flask, diner: Restaurant, alice: Person, owner_connection: Connection
) -> None:
    tablet = open_tablet(app, diner, alice)
    owner_connection.execute(
        "UPDATE login_session SET data = jsonb_set(data, '{proven_at}', '0') WHERE member_id = %s",
        [alice.member_id],
    )
    old, path = token_of(tablet), f"/t/{diner.tenant.slug}/settings/staff/add"

    values = {"csrf_token": token_in(tablet.get(path)), "proof_pin": PIN}
    assert tablet.post(path, data=values).status_code == 422  # proven, and nobody is named

    assert token_of(tablet) not in (None, old)
    assert tablet.get(path).status_code == 200
    tablet.set_cookie(PLAIN_COOKIE, old or "")
    assert tablet.get(path).status_code == 302


def is_in_with(app: Flask, token: str | None, person: Person) -> bool:
    answer = with_token(app, token).get(f"/t/{person.tenant}/account/menu")
    return answer.status_code == 200
