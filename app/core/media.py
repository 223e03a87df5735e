"""A tenant's pictures, for its staff and its guests alike."""

from flask import Blueprint, Response

from app.core import files
from app.core.access import public
from app.core.uploads import EXTENSION

KEPT_S = 365 * 24 * 3600  # a name is never used twice
POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"

media = Blueprint("media", __name__, url_prefix="/t/<tenant>")


@media.get(f"/media/<name>.{EXTENSION}")
@public
def picture(name: str) -> Response:
    """One picture; another tenant's is as unknown as one that never was."""
    response = Response(files.read(f"{name}.{EXTENSION}"), mimetype="image/webp")
    response.headers["Cache-Control"] = f"public, max-age={KEPT_S}, immutable"
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = POLICY
    return response
