"""CSS and JavaScript joined at start-up into one hashed file each, kept for ever by browsers."""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, url_for

from app.core import compression
from app.core.access import public

VENDOR_JS = ("htmx.min.js", "hx-ws.min.js", "hx-pending.min.js", "hx-upsert.min.js")

# Fonts and icon have no hash in their address.
KEEP_STATIC = timedelta(days=7)

_COMMENT = re.compile(rb"/\*.*?\*/", re.DOTALL)
_INDENT = re.compile(rb"\n\s+")

assets = Blueprint("assets", __name__)


@dataclass(frozen=True)
class Bundle:
    """A joined file; `digest` is of its content."""

    digest: str
    body: bytes
    packed: bytes


def init_assets(app: Flask) -> None:
    """Join the files under static/ and offer `asset('css' | 'js')` to templates."""
    static = Path(str(app.static_folder))
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = KEEP_STATIC
    app.extensions["assets"] = {
        "css": _bundle(_join_css(static)),
        "js": _bundle(_join_js(static)),
    }
    app.register_blueprint(assets)

    def asset(kind: str) -> str:
        found: Bundle = app.extensions["assets"][kind]
        return url_for("assets.bundle", digest=found.digest, kind=kind)

    app.jinja_env.globals["asset"] = asset
    # By which a page that has been open for long is told from a new one.
    app.jinja_env.globals["version"] = app.extensions["assets"]["js"].digest


def _join_css(static: Path) -> bytes:
    """By path: `css/_layers.css`, which says their order, sorts first."""
    css = b"\n".join(path.read_bytes() for path in sorted((static / "css").rglob("*.css")))
    return _without_words(css)


def _join_js(static: Path) -> bytes:
    """Vendored first, then our own by name: `js/_touch.js`, which others call, sorts first."""
    vendored = [(static / "vendor" / name).read_bytes() for name in VENDOR_JS]
    own = [_without_words(path.read_bytes()) for path in sorted((static / "js").glob("*.js"))]
    return b"\n;\n".join([*vendored, *own])


def _without_words(body: bytes) -> bytes:
    """Without what only its readers need: comments and indentation."""
    return _INDENT.sub(b"\n", _COMMENT.sub(b"", body))


def _bundle(body: bytes) -> Bundle:
    return Bundle(hashlib.sha256(body).hexdigest()[:16], body, compression.packed(body))


@assets.get("/assets/<digest>.<any(css,js):kind>")
@public
def bundle(digest: str, kind: str) -> Response:
    """The joined file; an address with an old hash is gone."""
    found: Bundle = current_app.extensions["assets"][kind]
    if digest != found.digest:
        abort(404)
    accepted = compression.is_accepted()
    mimetype = "text/css" if kind == "css" else "text/javascript"
    response = Response(found.packed if accepted else found.body, mimetype=mimetype)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.vary.add("Accept-Encoding")
    if accepted:
        response.headers["Content-Encoding"] = "gzip"
    return response
