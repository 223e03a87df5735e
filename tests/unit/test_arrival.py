"""When a request has arrived, however it comes in pieces."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.core.bodies import LARGEST_BODY
from app.runtime.arrival import HEAD_TOO_LONG, NO_LENGTH, Arrival

HEADS = (
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /a HTTP/1.1\r\nHost: x\r\ncontent-LENGTH:  12 \r\nX: y\r\n\r\nhello, world",
    b"POST /b HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
)


def head(size: int) -> bytes:
    return f"POST / HTTP/1.1\r\nContent-Length: {size}\r\n\r\n".encode()


@given(st.sampled_from(HEADS), st.data())
def test_a_request_is_whole_with_its_last_byte_and_not_before(
    request: bytes, data: st.DataObject
) -> None:
    arrival = Arrival()
    rest = request
    while rest:
        assert not arrival.is_decided
        size = data.draw(st.integers(1, len(rest)))
        arrival.take(rest[:size])
        rest = rest[size:]

    assert arrival.is_whole
    assert arrival.refusal is None
    assert bytes(arrival.data) == request


def test_what_follows_a_request_does_not_make_it_less_whole() -> None:
    assert Arrival(HEADS[0] + b"GET /next HT").is_whole


def test_the_largest_body_is_waited_for_and_a_larger_one_is_not() -> None:
    assert not Arrival(head(LARGEST_BODY)).is_decided
    too_large = Arrival(head(LARGEST_BODY + 1))

    assert too_large.is_decided
    assert not too_large.is_whole


@pytest.mark.parametrize(
    ("begun", "refusal"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 40_000, HEAD_TOO_LONG),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 40_000 + b"\r\n\r\n", HEAD_TOO_LONG),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", NO_LENGTH),
        (b"POST / HTTP/1.1\r\nContent-Length: 2\r\ntransfer-encoding:x\r\n\r\n", NO_LENGTH),
    ],
)
def test_what_will_never_be_a_request_is_refused(begun: bytes, refusal: object) -> None:
    assert Arrival(begun).refusal == refusal


@pytest.mark.parametrize("length", ["many", "-1", "1e9", "", "9" * 40])
def test_a_length_that_is_none_is_left_to_the_server_to_refuse(length: str) -> None:
    request = f"POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode()

    assert Arrival(request).is_whole
