"""A small name server on a real socket of this machine."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from flask import Flask

from app.settings.domains.dns import DnsResolver

TICK_S = 0.1


@dataclass
class NameServer:
    """Answers by what it is told: TXT records by name, names that fail, or nothing at all."""

    port: int
    texts: dict[str, list[str]] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    is_silent: bool = False
    asked: list[str] = field(default_factory=list)
    is_closing: bool = False

    def resolver(self, timeout_s: float = 2.0) -> DnsResolver:
        """The product's resolver, pointed here."""
        return DnsResolver(servers=("127.0.0.1",), port=self.port, timeout_s=timeout_s)

    def answer(self, wire: bytes) -> bytes | None:
        """The answer to one question, None for silence."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        self.asked.append(name)
        if self.is_silent:
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA | dns.flags.RA
        if name in self.failing:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.texts:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif self.texts[name]:
            response.answer.append(
                dns.rrset.from_text_list(
                    question.name,
                    60,
                    dns.rdataclass.IN,
                    dns.rdatatype.TXT,
                    [
                        " ".join(f'"{part}"' for part in text.split("|"))
                        for text in self.texts[name]
                    ],
                )
            )
        return response.to_wire()


@contextmanager
def name_server() -> Iterator[NameServer]:
    """One that runs until the block ends. A `|` in a text divides it into strings of one record."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(TICK_S)
        server = NameServer(udp.getsockname()[1])
        thread = Thread(target=_serve, args=(udp, server))
        thread.start()
        try:
            yield server
        finally:
            server.is_closing = True
            thread.join()


@contextmanager
def asked_by(app: Flask, server: NameServer) -> Iterator[None]:
    """Until the block ends the application asks this server, which knows nothing yet."""
    before = app.extensions["resolver"]
    app.extensions["resolver"] = server.resolver()
    server.texts, server.failing, server.is_silent = {}, set(), False
    try:
        yield
    finally:
        app.extensions["resolver"] = before


def _serve(udp: socket.socket, server: NameServer) -> None:
    while not server.is_closing:
        try:
            wire, peer = udp.recvfrom(4096)
        except TimeoutError:
            continue
        if (answer := server.answer(wire)) is not None:
            udp.sendto(answer, peer)
