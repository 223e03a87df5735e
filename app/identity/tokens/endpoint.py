"""Tokens (RFC 6749), giving them back (RFC 7009), public keys: what programs ask, in JSON."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, g, jsonify, make_response, request
from marshmallow import Schema

from app.core.access import for_programs, public
from app.core.errors import Invalid, NotFound
from app.core.forms import read
from app.core.limits import limited
from app.core.web import csrf
from app.identity.tokens.errors import TokenRefused
from app.identity.tokens.exchange import Issued, give_back, prove_machine, refresh
from app.identity.tokens.forms import RevocationRequest, TokenRequest
from app.identity.tokens.keys import public_keys

DOTS_OF_ACCESS_TOKEN = 2  # it is a JWT

token_endpoint = Blueprint("token_endpoint", __name__)


@token_endpoint.post("/t/<tenant>/api/token")
@public
@for_programs
@csrf.exempt  # type: ignore[untyped-decorator]  # what is sent proves itself, no cookie
@limited("token")
def token() -> Response:
    """An access token for a machine's secret or for a refresh token."""
    try:
        return _answer(_exchange(_asked(TokenRequest)))
    except TokenRefused as refused:
        return _refused(refused)


@token_endpoint.post("/t/<tenant>/api/token/revoke")
@public
@for_programs
@csrf.exempt  # type: ignore[untyped-decorator]  # what is sent proves itself, no cookie
@limited("token")
def revoke() -> Response:
    """End what a refresh token belongs to; the same answer for one that is none."""
    try:
        give_back(_refresh_token())
    except TokenRefused as refused:
        return _refused(refused)
    return _unkept(make_response(""))


@token_endpoint.get("/t/<tenant>/.well-known/jwks.json")
@public
@for_programs
def keys() -> Response:
    """The keys that prove this restaurant's access tokens."""
    response = jsonify(public_keys())
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


@token_endpoint.get("/.well-known/jwks.json")
@public
@for_programs
def keys_of_host() -> Response:
    """The same on the restaurant's own host."""
    if g.tenant is None:
        raise NotFound("no_tenant", "There is no restaurant at this address.")
    return keys()


def _exchange(asked: Mapping[str, str]) -> Issued:
    if asked["grant_type"] == "client_credentials":
        return prove_machine(*_client(asked), asked["scope"])
    if asked["grant_type"] == "refresh_token":
        return refresh(asked["refresh_token"], asked["scope"])
    raise TokenRefused("unsupported_grant_type", "client_credentials or refresh_token.")


def _refresh_token() -> str:
    token = _asked(RevocationRequest)["token"]
    if token.count(".") == DOTS_OF_ACCESS_TOKEN:
        raise TokenRefused("unsupported_token_type", "An access token runs out by itself.")
    return token


def _asked(schema: type[Schema]) -> Mapping[str, str]:
    """The parameters, sent as a form or as JSON; none may come twice."""
    sent = dict(_parameters())
    try:
        asked: Mapping[str, str] = read(schema, sent)
    except Invalid as error:
        raise TokenRefused("invalid_request", error.sentence) from error
    return asked


def _parameters() -> Iterator[tuple[str, Any]]:
    if request.is_json:
        body = request.get_json(silent=True)
        yield from body.items() if isinstance(body, dict) else ()
        return
    for name, values in request.form.lists():
        if len(values) > 1:
            raise TokenRefused("invalid_request", f"{name} was sent more than once.")
        yield name, values[0]


def _client(asked: Mapping[str, str]) -> tuple[str, str]:
    """Id and secret, from the header where they stand there."""
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        return basic.username or "", basic.password or ""
    return asked["client_id"], asked["client_secret"]


def _answer(issued: Issued) -> Response:
    body = {
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in_s,
        "scope": " ".join(sorted(issued.scopes)),
    }
    if issued.refresh_token:
        body["refresh_token"] = issued.refresh_token
    return _unkept(jsonify(body))


def _refused(refused: TokenRefused) -> Response:
    response = jsonify(error=refused.error, error_description=refused.sentence)
    response.status_code = refused.status
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Nibblix"'
    return _unkept(response)


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response
