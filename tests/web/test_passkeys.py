"""Passkeys at sign-in: as second factor or alone, and answers that let nobody in."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.identity.session import PLAIN_COOKIE, PLAIN_VISITOR
from tests.support.authenticator import Authenticator
from tests.support.factors import (
    also_at,
    change_password,
    give_password,
    is_in,
    newcomer,
    options_at,
    set_up_passkey,
)
from tests.support.restaurants import Person, Restaurant
from tests.support.visitor import Visitor


@pytest.fixture
def bob(diner: Restaurant) -> Person:
    """Somebody with a fresh account."""
    return newcomer(diner)


@pytest.fixture
def own(bob: Person, client_of: Callable[[Person], Visitor]) -> Visitor:
    """His own browser, signed in."""
    return client_of(bob)


@pytest.fixture
def key(bob: Person, own: Visitor) -> Authenticator:
    return set_up_passkey(own, bob)


def finish_by_key(visitor: Visitor, person: Person, key: Authenticator, status: int = 200) -> str:
    """Answer the second step with a passkey; returns the answer."""
    options = options_at(visitor, f"/t/{person.tenant}/sign-in/second/passkey")
    answer = key.use(options)
    visitor.submit(visitor.form("/sign-in/second"), {"passkey": answer}, status=status)
    return answer


def test_a_passkey_is_a_second_factor(app: Flask, bob: Person, key: Authenticator) -> None:
    visitor = give_password(app, bob)
    finish_by_key(visitor, bob, key)

    assert is_in(visitor, bob)


def test_a_new_password_ends_what_the_old_one_has_begun(
    app: Flask, bob: Person, key: Authenticator, own: Visitor
) -> None:
    visitor = give_password(app, bob)
    answer = key.use(options_at(visitor, f"/t/{bob.tenant}/sign-in/second/passkey"))
    own.get(f"/t/{bob.tenant}/account/security")
    change_password(own, bob.password, "seven swans are swimming")

    visitor.submit(visitor.form("/sign-in/second"), {"passkey": answer})

    assert visitor.path.endswith("/sign-in")
    assert not is_in(visitor, bob)


def test_a_passkey_lets_in_without_a_password(app: Flask, bob: Person, key: Authenticator) -> None:
    visitor = Visitor(app)
    visitor.get(f"/t/{bob.tenant}/sign-in")
    answer = key.use(options_at(visitor, f"/t/{bob.tenant}/sign-in/passkey/options"))

    visitor.submit(visitor.form("/sign-in/passkey"), {"passkey": answer})

    assert is_in(visitor, bob)


def test_an_answer_that_was_overheard_lets_nobody_in(
    app: Flask, bob: Person, key: Authenticator
) -> None:
    """Not even with a copy of the cookie that held the challenge."""
    visitor = Visitor(app)
    visitor.get(f"/t/{bob.tenant}/sign-in")
    answer = key.use(options_at(visitor, f"/t/{bob.tenant}/sign-in/passkey/options"))
    cookie = visitor.client.get_cookie(PLAIN_VISITOR)
    token, form = visitor.token, visitor.form("/sign-in/passkey")
    visitor.submit(form, {"passkey": answer})

    thief = app.test_client()
    assert cookie is not None
    thief.set_cookie(PLAIN_VISITOR, cookie.value)
    refused = thief.post(
        f"/t/{bob.tenant}/sign-in/passkey", data={"passkey": answer, "csrf_token": token}
    )

    assert refused.status_code == 422
    assert thief.get_cookie(PLAIN_COOKIE) is None


def test_an_answer_that_was_used_lets_nobody_in_at_another_restaurant(
    app: Flask, bob: Person, key: Authenticator, trattoria: Restaurant
) -> None:
    """What a passkey signs names no restaurant: one with no counter may be shown twice."""
    there = also_at(trattoria, bob)
    visitor = Visitor(app)
    visitor.get(f"/t/{bob.tenant}/sign-in")
    key.counter = -1
    answer = key.use(options_at(visitor, f"/t/{bob.tenant}/sign-in/passkey/options"))
    cookie = visitor.client.get_cookie(PLAIN_VISITOR)
    token, form = visitor.token, visitor.form("/sign-in/passkey")
    visitor.submit(form, {"passkey": answer})
    assert is_in(visitor, bob)

    thief = app.test_client()
    assert cookie is not None
    thief.set_cookie(PLAIN_VISITOR, cookie.value)
    refused = thief.post(
        f"/t/{there.tenant}/sign-in/passkey", data={"passkey": answer, "csrf_token": token}
    )

    assert refused.status_code == 422
    assert thief.get_cookie(PLAIN_COOKIE) is None


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"verifies": False},
        {"counter": -1},
    ],
    ids=["another site", "another party", "nobody verified", "a copy's counter"],
)
def test_a_passkey_that_lies_lets_nobody_in(
    lie: dict[str, object], app: Flask, bob: Person, key: Authenticator
) -> None:
    finish_by_key(give_password(app, bob), bob, key)
    for name, value in lie.items():
        setattr(key, name, value)
    visitor = give_password(app, bob)

    finish_by_key(visitor, bob, key, status=422)

    assert not is_in(visitor, bob)


def test_somebody_elses_passkey_is_no_second_factor(
    app: Flask, bob: Person, key: Authenticator, client_of: Callable[[Person], Visitor],
    diner: Restaurant,
) -> None:  # fmt: skip
    assert key.key_id
    eve = newcomer(diner)
    hers = set_up_passkey(client_of(eve), eve)
    visitor = give_password(app, bob)

    finish_by_key(visitor, bob, hers, status=422)

    assert not is_in(visitor, bob)


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "null", "1", '"x"', "[" * 9000, '{"rawId": 7}', '{"rawId": "AAAA"}',
     "x" * 99999,
     '{"rawId":"AAAA","id":"AAAA","type":"public-key","response":{"clientDataJSON":"AA"}}'],
)  # fmt: skip
def test_what_is_no_answer_of_a_passkey_is_refused(answer: str, app: Flask, bob: Person) -> None:
    visitor = Visitor(app)
    visitor.get(f"/t/{bob.tenant}/sign-in")
    options_at(visitor, f"/t/{bob.tenant}/sign-in/passkey/options")

    visitor.submit(visitor.form("/sign-in/passkey"), {"passkey": answer}, status=422)


def test_garbled_answers_of_a_true_passkey_are_refused(
    app: Flask, bob: Person, key: Authenticator
) -> None:
    """Each with one part of it replaced: nothing but a refusal may come of it."""
    visitor = Visitor(app)
    visitor.get(f"/t/{bob.tenant}/sign-in")
    options = options_at(visitor, f"/t/{bob.tenant}/sign-in/passkey/options")
    true = key.use(options)
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        start = true.index(f'"{part}": "') + len(part) + 5
        for junk in ("AAAA", "", "!!!", "_" * 300):
            end = true.index('"', start)
            options_at(visitor, f"/t/{bob.tenant}/sign-in/passkey/options")
            garbled = true[:start] + junk + true[end:]
            visitor.send(
                f"/t/{bob.tenant}/sign-in/passkey",
                {"passkey": garbled, "csrf_token": visitor.token},
                status=422,
            )


def test_an_address_without_tls_offers_no_passkeys(app: Flask, bob: Person) -> None:
    page = app.test_client().get(f"/t/{bob.tenant}/sign-in", base_url="http://192.168.1.20")

    assert "by-passkey" not in page.get_data(as_text=True)
