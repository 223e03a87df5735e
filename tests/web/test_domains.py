"""A domain of one's own: asked for, proven by a real name server, and served."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from psycopg import Connection

from app.core.errors import NotFound
from app.core.ids import new_id
from app.settings.domains import commands
from app.tenancy.commands import release_host
from app.tenancy.queries import _remembered
from tests.support.dns_server import NameServer, asked_by, name_server
from tests.support.domains import acts, add, domain_of, look_up, name_on, page_of, prove, publish
from tests.support.restaurants import Person, Restaurant
from tests.support.together import together
from tests.support.visitor import Visitor

Drain = Callable[[], None]


@pytest.fixture(scope="module")
def server() -> Iterator[NameServer]:
    with name_server() as running:
        yield running


@pytest.fixture
def dns(app: Flask, server: NameServer) -> Iterator[NameServer]:
    """The application asks this name server, which knows nothing yet."""
    with asked_by(app, server):
        yield server


@pytest.fixture
def alice(bistro: Restaurant, client_of: Callable[[Person], Visitor]) -> Visitor:
    return client_of(bistro.people["alice"])


@pytest.fixture
def host() -> str:
    return f"menu-{new_id().hex[-10:]}.example"


def test_a_domain_is_added_proven_and_served(
    app: Flask, bistro: Restaurant, alice: Visitor, dns: NameServer, host: str, drain: Drain
) -> None:
    alice.get(page_of(bistro))
    shown = alice.submit(alice.form("/domains"), {"host": f"https://{host.upper()}/"})
    domain = domain_of(bistro)
    assert domain.record_name in shown.get_text()
    assert domain.record_value in shown.get_text()
    assert "waiting" in shown.get_text()
    assert bistro.tenant.name not in name_on(app, host)

    publish(dns, domain)
    asked = alice.submit(alice.form("/check"))
    assert asked.select_one("#domains")["hx-get"] == page_of(bistro)  # type: ignore[index]
    drain()

    after = alice.get(page_of(bistro), fragment=True)
    assert "verified" in after.get_text()
    assert not after.select("[hx-get]")
    assert bistro.tenant.name in name_on(app, host)
    assert [act.act for act in acts(bistro)] == ["settings.edit", "domain.verified"]


def test_the_hosts_root_shows_the_public_pages_and_staff_stay_under_their_path(
    app: Flask, bistro: Restaurant, dns: NameServer, host: str
) -> None:
    prove(bistro, dns, host)
    _remembered.clear()
    client = app.test_client()

    for spelled in (host.upper(), f"{host}.", f"{host}:8000"):
        assert "Margherita" in client.get("/", base_url=f"http://{spelled}").get_data(as_text=True)
    assert client.get("/floor", base_url=f"http://{host}").status_code == 404
    sign_in = client.get(f"/t/{bistro.tenant.slug}/sign-in", base_url=f"http://{host}")
    assert sign_in.status_code == 200


@pytest.mark.parametrize("spelled", ["sub.{}", "{}.thief.example", "x{}", "{}@thief.example"])
def test_a_host_that_only_looks_like_it_shows_nobodys_pages(
    app: Flask, bistro: Restaurant, dns: NameServer, host: str, spelled: str
) -> None:
    prove(bistro, dns, host)
    _remembered.clear()

    answer = app.test_client().get("/", headers={"Host": spelled.format(host)})

    assert bistro.tenant.name not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (None, "no such record yet"),
        ([], "no such record yet"),
        (["v=spf1 -all"], "no such record yet"),
        (["nibblix-verification=somebody-elses"], "another value"),
    ],
)
def test_a_record_that_is_not_there_is_told_in_words(
    bistro: Restaurant,
    alice: Visitor,
    dns: NameServer,
    host: str,
    texts: list[str] | None,
    words: str,
) -> None:
    domain = add(bistro, host)
    if texts is not None:
        dns.texts[domain.record_name] = texts

    look_up(bistro, dns)

    shown = alice.get(page_of(bistro)).get_text()
    assert words in shown
    assert "not proven" in shown


def test_a_name_server_that_fails_is_told_apart(
    bistro: Restaurant, alice: Visitor, dns: NameServer, host: str
) -> None:
    dns.failing.add(add(bistro, host).record_name)

    look_up(bistro, dns)

    assert "did not answer" in alice.get(page_of(bistro)).get_text()


def test_asking_blocks_nobody_and_the_first_who_proves_has_it(
    app: Flask,
    bistro: Restaurant,
    new_restaurant: Callable[..., Restaurant],
    client_of: Callable[[Person], Visitor],
    dns: NameServer,
    host: str,
) -> None:
    first, second = add(bistro, host), add(other := new_restaurant(), host)
    assert first.record_value != second.record_value

    publish(dns, second)
    assert look_up(other, dns).state == "verified"
    publish(dns, first)
    assert look_up(bistro, dns).state == "failed"

    assert "proven this domain before" in client_of(bistro.people["alice"]).get(
        page_of(bistro)
    ).get_text().replace("\n", " ")
    with other.inside():
        commands.remove_domain(other.people["alice"].actor, second.id)
    assert look_up(bistro, dns).state == "verified"
    assert bistro.tenant.name in name_on(app, host)


def test_nobody_gives_up_what_is_anothers(
    app: Flask, bistro: Restaurant, diner: Restaurant, dns: NameServer, host: str
) -> None:
    """Neither through the page's command nor through the directory's function."""
    domain = prove(bistro, dns, host)
    charlie = diner.people["charlie"].actor

    with diner.inside():
        release_host(host)
        for act in (commands.remove_domain, commands.order_check):
            with pytest.raises(NotFound):
                act(charlie, domain.id)

    assert bistro.tenant.name in name_on(app, host)


def test_a_host_in_the_directory_that_nobody_has_proven_is_free(
    app: Flask,
    bistro: Restaurant,
    diner: Restaurant,
    dns: NameServer,
    host: str,
    owner_connection: Connection,
) -> None:
    owner_connection.execute(
        "INSERT INTO tenant_host (host, tenant_id) VALUES (%s, %s)", [host, diner.tenant.id]
    )
    assert diner.tenant.name not in name_on(app, host)

    assert prove(bistro, dns, host).state == "verified"
    assert bistro.tenant.name in name_on(app, host)


def test_of_two_who_prove_at_once_one_has_it(
    bistro: Restaurant,
    new_restaurant: Callable[..., Restaurant],
    dns: NameServer,
    host: str,
    owner_connection: Connection,
) -> None:
    both = (bistro, new_restaurant())
    dns.texts[f"_nibblix.{host}"] = [add(one, host).record_value for one in both]

    states = together(lambda index: look_up(both[index], dns).state, 2)

    assert sorted(states) == ["failed", "verified"]
    row = owner_connection.execute("SELECT count(*) FROM tenant_host WHERE host = %s", [host])
    assert row.fetchone() == (1,)
