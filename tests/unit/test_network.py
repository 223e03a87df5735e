"""Whose word is taken on where a request comes from."""

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from app.core.network import BehindProxies, Proxies, counted, is_loopback, is_private

FORWARDED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "till.example",
}


def seen(trusted: str, peer: str, headers: dict[str, str]) -> tuple[str, str, str | None]:
    """Scheme, host and client as the application finds them."""

    @Request.application
    def show(request: Request) -> Response:
        return Response(f"{request.scheme} {request.host} {request.remote_addr}")

    client = Client(BehindProxies(show, Proxies.of(trusted)))
    answer = client.get("/", base_url="http://10.0.0.5:8000", headers=headers,
                        environ_overrides={"REMOTE_ADDR": peer})  # fmt: skip
    scheme, host, address = answer.get_data(as_text=True).split()
    return scheme, host, address


@pytest.mark.parametrize("trusted", ["1", "10.0.0.0/8", "192.168.1.2, 10.1.0.0/16"])
def test_a_trusted_proxy_says_scheme_host_and_client(trusted: str) -> None:
    assert seen(trusted, "10.1.2.3", FORWARDED) == ("https", "till.example", "203.0.113.7")


@pytest.mark.parametrize(
    ("trusted", "peer"),
    [
        ("1", "203.0.113.66"),
        ("10.0.0.0/8", "192.168.1.2"),
        ("10.0.0.0/8", "::1"),
        ("2001:db8::/32", "2001:db9::1"),
    ],
)
def test_nobody_else_is_believed(trusted: str, peer: str) -> None:
    found = seen(trusted, peer, FORWARDED)

    assert found[:2] == ("http", "10.0.0.5:8000")
    assert found[2] == peer


def test_a_proxy_over_ipv6_is_known_by_its_ipv4_address() -> None:
    assert seen("10.0.0.0/8", "::ffff:10.1.2.3", FORWARDED)[0] == "https"


@pytest.mark.parametrize(
    ("trusted", "chain", "client"),
    [
        ("1", "1.1.1.1, 203.0.113.7", "203.0.113.7"),
        ("2", "1.1.1.1, 203.0.113.7, 10.9.9.9", "203.0.113.7"),
        ("10.0.0.0/8", "1.1.1.1, 203.0.113.7, 10.9.9.9, 10.8.8.8", "203.0.113.7"),
        ("10.0.0.0/8", "10.7.7.7, 203.0.113.7", "203.0.113.7"),
        ("2", "203.0.113.7", "10.1.2.3"),
    ],
)
def test_the_client_is_whom_the_outermost_trusted_proxy_saw(
    trusted: str, chain: str, client: str
) -> None:
    """What stands before that in the header, the client has made up."""
    found = seen(trusted, "10.1.2.3", {**FORWARDED, "X-Forwarded-For": chain})

    assert found[2] == client


@pytest.mark.parametrize(
    "said", ["0", "10", "-1", "yes", "10.0.0.0/33", "10.0.0.1/8", "proxy.example"]
)
def test_what_names_no_proxies_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Proxies.of(said)


@pytest.mark.parametrize(
    ("host", "private", "loopback"),
    [
        ("127.0.0.1", True, True),
        ("localhost", True, True),
        ("::1", True, True),
        ("trattoria.localhost", True, True),
        ("till.local", True, False),
        ("192.168.1.20", True, False),
        ("203.0.114.7", False, False),
        ("example.com", False, False),
        ("", False, False),
    ],
)
def test_what_stays_in_the_building(host: str, private: bool, loopback: bool) -> None:
    assert (is_private(host), is_loopback(host)) == (private, loopback)


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("203.0.113.77", "203.0.113.77"),
        ("::ffff:203.0.113.77", "203.0.113.77"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:0db8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_one_machine_counts_as_one_address(address: str, subject: str) -> None:
    assert counted(address) == subject
