"""Page or fragment: decided here, once."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse


def wants_fragment() -> bool:
    """Whether htmx asks for a fragment (not a boosted link, not history)."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def fragment_or_page(fragment: str, page: str, status: int = 200, **context: Any) -> Response:
    """The fragment for htmx, the whole page for everybody else; caches are told the difference."""
    response = make_response(
        render_template(fragment if wants_fragment() else page, **context), status
    )
    response.vary.add("HX-Request")
    return response


def go_to(url: str) -> BaseResponse:
    """Send the browser to another page, from a form or from htmx alike."""
    if wants_fragment():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = url
        return response
    return redirect(url, 303)
