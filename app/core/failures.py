"""One handler turns failures into a page, a fragment or problem+json, with the right status."""

from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app.core import stale_form
from app.core.access import find_view, is_for_programs
from app.core.errors import Conflict, DomainError, Invalid, NotFound, Unavailable
from app.core.htmx import wants_fragment
from app.core.ids import new_id
from app.core.web import path_for_logs

_LOCK_NOT_AVAILABLE, _DEADLOCK, _QUERY_CANCELLED = "55P03", "40P01", "57014"

log = structlog.get_logger()


def init_failures(app: Flask) -> None:
    """Register the handlers: typed failures, HTTP errors, the database's, and bugs."""
    app.register_error_handler(DomainError, answer)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolTimeout, _database)
    app.register_error_handler(Exception, _bug)


def answer(error: DomainError) -> Response:
    """A typed failure as the caller reads it: JSON, a fragment, or a page."""
    fields = error.fields if isinstance(error, Invalid) else {}
    response = _body(error.status, error.code, error.sentence, fields)
    response.headers.update(error.headers)
    response.vary.add("HX-Request")
    return response


def database_is_lost() -> bool:
    """Whether the database failed this request: what is left of it must not ask again."""
    return bool(g.get("database_is_lost"))


def _body(status: int, code: str, sentence: str, fields: dict[str, list[str]]) -> Response:
    context: dict[str, Any] = {
        "status": status,
        "code": code,
        "sentence": sentence,
        "fields": fields,
        "request_id": g.get("request_id", ""),
    }
    if wants_fragment():
        return make_response(render_template("components/_failure.html", **context), status)
    if _wants_json():
        response = jsonify(type="about:blank", title=code, detail=sentence, errors=fields)
        response.mimetype = "application/problem+json"
        response.status_code = status
        return response
    return make_response(render_template("error.html", **context), status)


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json" or is_for_programs(find_view())


def _stale_form(_error: CSRFError) -> Response:
    if _wants_json():
        return _body(400, "stale_form", "The token of the form is missing or old.", {})
    return stale_form.answer()


def _http(error: HTTPException) -> Response:
    if error.code == 404:
        return answer(NotFound("not_found", "There is nothing at this address."))
    sentence = _too_large() if error.code == 413 else error.description or error.name
    response = _body(error.code or 500, error.name, sentence, {})
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _too_large() -> str:
    limit = (request.max_content_length or 0) // 1024**2
    return f"This is too large: at most {limit} MB can be sent at once."


def _database(error: DBAPIError | PoolTimeout) -> Response:
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    if state in (_LOCK_NOT_AVAILABLE, _DEADLOCK):
        return answer(Conflict("busy", "Somebody else is changing this. Try again."))
    if isinstance(error, (OperationalError, PoolTimeout)) or state == _QUERY_CANCELLED:
        g.database_is_lost = True
        log.warning("database.unavailable", error=type(error).__name__, state=state)
        return answer(Unavailable("unavailable", "The database does not answer. Try again."))
    if isinstance(error, DataError):
        # What no form foresees: a NUL inside a text, a number past its column.
        log.warning("database.value", state=state, path=path_for_logs())
        return answer(Invalid("value", "Something here cannot be kept: a character or a number."))
    return _bug(error)


def _bug(error: Exception) -> Response:
    g.request_id = g.get("request_id") or str(new_id())
    log.error("bug", exc_info=error, path=path_for_logs())
    return _body(500, "bug", "Something went wrong here. It has been noted.", {})
