"""A form whose token is missing, old or another session's: not taken, and offered again as it was.

A till that lay in a drawer overnight must not lose what was just typed. Secrets never come back in
a page: they are asked for anew. Only what one of our own pages sent is offered: a foreign page must
not have somebody send its form with a fresh token.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Response, make_response, render_template, request

from app.core.htmx import wants_fragment
from app.core.logs import names_secret
from app.core.web import OF_THE_GESTURE, OWN, sent_from, sent_key
from app.core.words import has_card_number

SENTENCE = "This page has been open too long. Nothing was lost, and nothing was done yet."


@dataclass(frozen=True, kw_only=True)
class Retry:
    """What is sent again: fields as they were, names of secrets and of files to give anew."""

    action: str
    kept: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...]
    files: tuple[str, ...]


def answer() -> Response:
    """The refusal with its form, as a page or as a sheet over the page."""
    template = "components/_stale_form.html" if wants_fragment() else "stale_form.html"
    page = render_template(template, sentence=SENTENCE, retry=_retry())
    response = make_response(page, 400)
    response.vary.add("HX-Request")
    return response


def _retry() -> Retry | None:
    if request.method != "POST" or sent_from() != OWN:
        return None
    return Retry(
        action=request.full_path.rstrip("?"),
        kept=(*_fields(), *_key()),
        secrets=tuple(filter(names_secret, _names())),
        files=tuple(request.files),
    )


def _names() -> Iterator[str]:
    return (name for name in request.form if name not in OF_THE_GESTURE)


def _fields() -> Iterator[tuple[str, str]]:
    for name in _names():
        if not names_secret(name):
            values = request.form.getlist(name)
            yield from ((name, value) for value in values if not has_card_number(value))


def _key() -> Iterator[tuple[str, str]]:
    """The gesture's key goes along, so that what was done in the meantime is not done twice."""
    if key := sent_key():
        yield "idem", key
