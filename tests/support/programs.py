"""A program that talks to the API: what it is given, and what it sends."""

import base64
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.core.db import end_reading, execute
from app.core.ids import new_id
from app.core.models import AuditEntry
from app.core.tenant import current_tenant_id
from app.identity.permissions import ORDER_CREATE
from app.identity.tokens import commands
from app.identity.tokens.commands import NewKey
from app.identity.tokens.exchange import Issued
from tests.support.restaurants import Person, Restaurant

Json = dict[str, Any]
SCOPES = [ORDER_CREATE]


@dataclass(frozen=True)
class Program:
    """It knows one restaurant's addresses and holds no cookie."""

    app: Flask
    restaurant: Restaurant

    def ask(self, **parameters: str) -> TestResponse:
        """Ask the token endpoint, as a form."""
        address = f"/t/{self.restaurant.tenant.slug}/api/token"
        return self.app.test_client().post(address, data=parameters)

    def prove(self, key: NewKey, **more: str) -> TestResponse:
        """Ask for an access token by a machine's secret."""
        return self.ask(
            grant_type="client_credentials",
            client_id=str(key.client_id),
            client_secret=key.secret,
            **more,
        )

    def refresh(self, token: str, **more: str) -> TestResponse:
        """Turn a refresh token."""
        return self.ask(grant_type="refresh_token", refresh_token=token, **more)

    def give_back(self, token: str) -> TestResponse:
        """Have all ended that a token belongs to."""
        address = f"/t/{self.restaurant.tenant.slug}/api/token/revoke"
        return self.app.test_client().post(address, data={"token": token})

    def order(self, token: str | None, **headers: str) -> TestResponse:
        """Place an order of one espresso, with the access token where there is one."""
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        line = {
            "line_id": str(new_id()),
            "variant_id": str(self.restaurant.variants["Espresso"]),
        }
        body = {"order_id": str(new_id()), "service_type": "takeaway", "lines": [line]}
        address = f"{self.restaurant.url}/api/orders"
        client = self.app.test_client(use_cookies=False)
        return client.post(address, json=body, headers=headers)


def a_key(
    restaurant: Restaurant,
    person: Person,
    scopes: list[str] | None = None,
    lasts: timedelta | None = None,
) -> NewKey:
    """A machine's key in a member's name."""
    with restaurant.inside():
        return commands.make_key(person.actor, "Web shop", scopes or SCOPES, lasts)


def a_pair(restaurant: Restaurant, person: Person, scopes: list[str] | None = None) -> Issued:
    """A pair of tokens in a member's name."""
    with restaurant.inside():
        return commands.issue_tokens(person.actor, "A script", scopes or SCOPES)


def refresh_token_of(answer: TestResponse) -> str:
    """The refresh token of an answer that was no refusal."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_json()["refresh_token"])


def access_token_of(answer: TestResponse) -> str:
    """The access token of such an answer."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_json()["access_token"])


def packed(value: object) -> str:
    """A part of a token: JSON in base64url without padding (RFC 7515, 2)."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def unpacked(part: str) -> Json:
    """What a header or a payload says."""
    said: Json = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return said


def is_refused(answer: TestResponse, error: str, status: int = 400) -> bool:
    """Whether the token endpoint has refused with this code, as RFC 6749, 5.2 asks."""
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json()["error_description"]
    return (answer.status_code, answer.get_json()["error"]) == (status, error)


def entries(restaurant: Restaurant, act: str) -> list[Any]:
    """What the audit trail says of an act: subject_id, actor_id, after."""
    with restaurant.inside():
        found = execute(
            select(AuditEntry.subject_id, AuditEntry.actor_id, AuditEntry.after).where(
                AuditEntry.tenant_id == current_tenant_id(), AuditEntry.act == act
            )
        ).all()
        end_reading()
    return list(found)
