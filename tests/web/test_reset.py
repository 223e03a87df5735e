"""A forgotten password: one answer and one piece of work for every address."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask

from app.core import clock
from app.identity import passwords
from app.identity.account.reset import LASTS, NOT_AGAIN_FOR
from tests.support.factors import (
    STEP,
    is_in,
    link_in,
    mails_to,
    newcomer,
    set_up_app,
)
from tests.support.restaurants import Person, Restaurant
from tests.support.signing_in import try_password
from tests.support.visitor import Visitor

NEW = "seven swans are swimming"
Recorder = Callable[[], AbstractContextManager[list[str]]]
TRIES = 12


class CountingHasher(PasswordHasher):
    """Counts what is compared: the work that time would tell of."""

    def __init__(self) -> None:
        super().__init__(1, 8, 1)
        self.verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002
        self.verified += 1
        return bool(super().verify(hash, password))


@pytest.fixture
def bob(diner: Restaurant) -> Person:
    return newcomer(diner)


@pytest.fixture
def hasher() -> Iterator[CountingHasher]:
    with pytest.MonkeyPatch.context() as patch:
        counting = CountingHasher()
        patch.setattr(passwords, "_hasher", counting)
        yield counting


def ask(app: Flask, person: Person, email: str | None = None) -> Visitor:
    visitor = Visitor(app)
    visitor.get(f"/t/{person.tenant}/reset")
    visitor.submit(visitor.form("/reset"), {"email": email or person.email})
    return visitor


def choose(app: Flask, link: str, password: str, status: int = 200) -> Visitor:
    visitor = Visitor(app)
    visitor.get(link)
    visitor.submit(visitor.form("/reset/password"), {"password": password}, status=status)
    return visitor


def shown(visitor: Visitor, email: str) -> str:
    assert visitor.page is not None
    main = visitor.page.select_one("main")
    assert main is not None
    return main.get_text().replace(email, "")


def test_every_address_gets_the_same_answer(app: Flask, bob: Person) -> None:
    known = ask(app, bob)
    unknown = ask(app, bob, "nobody@demo.example")

    assert shown(known, bob.email) == shown(unknown, "nobody@demo.example")


def test_every_address_costs_the_same_work(
    app: Flask, bob: Person, query_recorder: Recorder, hasher: CountingHasher
) -> None:
    """What is compared and asked, try by try; time follows from it, and varies with the machine."""
    work: dict[str, list[tuple[int, int]]] = {bob.email: [], "nobody@demo.example": []}
    for turn in range(TRIES):
        for email, done in work.items():
            visitor = Visitor(app)
            visitor.get(f"/t/{bob.tenant}/{'sign-in' if turn % 2 else 'reset'}")
            form = visitor.form("/sign-in" if turn % 2 else "/reset")
            with clock.use(clock.now() + timedelta(days=turn)), query_recorder() as queries:
                before = hasher.verified
                visitor.submit(
                    form,
                    {"email": email, "password": "not the password"},
                    status=422 if turn % 2 else 200,
                )
            done.append((hasher.verified - before, len(queries)))

    known, unknown = work.values()
    assert [tried[0] for tried in known] == [tried[0] for tried in unknown] == [0, 1] * (TRIES // 2)
    means = [statistics.mean(queries for _verified, queries in tries) for tries in work.values()]
    assert abs(means[0] - means[1]) < 1, work


def test_a_link_comes_by_mail_and_works_once(
    app: Flask, bob: Person, drain: Callable[[], None], client_of: Callable[[Person], Visitor]
) -> None:
    working = client_of(bob)
    ask(app, bob)
    drain()
    (mail,) = mails_to(app, bob.email)

    choose(app, link_in(mail), NEW)

    assert not is_in(working, bob)
    assert try_password(app.test_client(), bob.tenant, bob.email).status_code == 422
    assert try_password(app.test_client(), bob.tenant, bob.email, NEW).status_code == 303
    Visitor(app).get(link_in(mail), status=410)


def test_a_link_runs_out_after_half_an_hour(
    app: Flask, bob: Person, drain: Callable[[], None]
) -> None:
    ask(app, bob)
    drain()

    with clock.use(clock.now() + LASTS):
        page = Visitor(app).get(link_in(mails_to(app, bob.email)[0]), status=410)

    assert "Ask for a new link" in page.get_text()


def test_a_weak_password_leaves_the_link_as_it_was(
    app: Flask, bob: Person, drain: Callable[[], None]
) -> None:
    ask(app, bob)
    drain()
    link = link_in(mails_to(app, bob.email)[0])

    choose(app, link, bob.email, status=422)
    choose(app, link, NEW)

    assert try_password(app.test_client(), bob.tenant, bob.email, NEW).status_code == 303


def test_the_second_factor_is_still_asked_for(
    app: Flask, bob: Person, drain: Callable[[], None], client_of: Callable[[Person], Visitor]
) -> None:
    phone = set_up_app(client_of(bob), bob)
    ask(app, bob)
    drain()
    choose(app, link_in(mails_to(app, bob.email)[-1]), "vux9fiqo")

    visitor = Visitor(app)
    visitor.get(f"/t/{bob.tenant}/sign-in")
    visitor.submit(visitor.form("/sign-in"), {"email": bob.email, "password": "vux9fiqo"})

    assert visitor.path.endswith("/sign-in/second")
    with clock.use(clock.now() + STEP):
        visitor.submit(visitor.form("/sign-in/second"), {"code": phone.code()})
        assert is_in(visitor, bob)


def test_nobody_is_mailed_who_has_no_account_here(
    app: Flask, bob: Person, trattoria: Restaurant, drain: Callable[[], None]
) -> None:
    ask(app, bob, "nobody@demo.example")
    ask(app, trattoria.people["bob"], bob.email)  # he works elsewhere
    drain()

    assert mails_to(app, "nobody@demo.example") == []
    assert mails_to(app, bob.email) == []


def test_whoever_asks_again_and_again_fills_nobodys_mailbox(
    app: Flask, bob: Person, drain: Callable[[], None]
) -> None:
    for _ in range(5):
        ask(app, bob)
    drain()
    with clock.use(clock.now() + NOT_AGAIN_FOR):
        ask(app, bob)
        drain()

    first, second = mails_to(app, bob.email)
    Visitor(app).get(link_in(first), status=410)
    Visitor(app).get(link_in(second))


def test_the_links_token_is_in_no_log(
    app: Flask, bob: Person, drain: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    ask(app, bob)
    drain()
    link = link_in(mails_to(app, bob.email)[0])
    token = link.partition("token=")[2]
    choose(app, link, NEW)

    assert "/reset/password" in caplog.text
    assert token not in caplog.text
