"""A form that is refused comes back with its sentence, and says how long there is to wait."""

from flask import Response, make_response

from app.core import security
from app.core.errors import DomainError
from app.core.tenant import current_tenant_id
from app.identity.errors import TooManyTries


def shown(page: str, error: DomainError | None = None, status: int = 200) -> Response:
    """A page, or a form again with the status and the headers of why it was refused."""
    response = make_response(page, error.status if error else status)
    return refused(error, response) if error else response


def refused(error: DomainError, response: Response) -> Response:
    """The form again, with the headers; that somebody is made to wait is in the audit trail."""
    response.headers.update(error.headers)
    if isinstance(error, TooManyTries):
        security.note(security.LOCKED, "tenant", current_tenant_id())
    return response
