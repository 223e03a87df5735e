"""`Authorization: Bearer …`: whom a program acts for in this request."""

from flask import current_app, g

from app.core import clock
from app.core.access import bearer_token
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.tokens import jwt
from app.identity.tokens.domain import audience_of, issuer_of
from app.identity.tokens.errors import NotProven
from app.identity.tokens.queries import Bearer, find_bearer


def actor_of_token() -> Actor:
    """The actor that this request's access token stands for; raises NotProven.

    The row is looked up once a request: it names the key that proves the token, and says
    whether grant and member are still what the token says they were.
    """
    if "bearer_actor" not in g:
        g.bearer_actor = _prove(bearer_token() or "")
    actor: Actor = g.bearer_actor
    return actor


def _prove(token: str) -> Actor:
    try:
        named = jwt.peek(token)
        return _actor(token, find_bearer(named.key_id, named.grant_id))
    except jwt.BadToken:
        raise NotProven(was_given=True) from None


def _actor(token: str, bearer: Bearer | None) -> Actor:
    if bearer is None:
        raise jwt.BadToken
    url, slug = current_app.extensions["settings"].public_url, g.tenant.slug
    access = jwt.verify(
        token, bearer.public_key, issuer_of(url, slug), audience_of(url, slug), clock.now()
    )
    holder = bearer.holder
    said = (access.tenant_id, access.member_id, access.client_id, access.epoch)
    if said != (current_tenant_id(), holder.member_id, holder.grant_id, holder.epoch):
        raise jwt.BadToken
    return bearer.actor(access.scopes)
