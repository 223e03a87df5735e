"""CSS and JavaScript joined at start-up into one hashed file each, kept for ever by browsers."""

import hashlib
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, url_for

from app.core.access import public

VENDOR_JS = ("htmx.min.js", "hx-ws.min.js", "hx-pending.min.js", "hx-upsert.min.js")

assets = Blueprint("assets", __name__)


def init_assets(app: Flask) -> None:
    """Join the files under static/ and offer `asset('css' | 'js')` to templates."""
    static = Path(str(app.static_folder))
    bundles = {"css": _join_css(static), "js": _join_js(static)}
    app.extensions["assets"] = {kind: (_digest(body), body) for kind, body in bundles.items()}
    app.register_blueprint(assets)

    def asset(kind: str) -> str:
        digest, _body = app.extensions["assets"][kind]
        return url_for("assets.bundle", digest=digest, kind=kind)

    app.jinja_env.globals["asset"] = asset


def _join_css(static: Path) -> bytes:
    """By path: `css/_layers.css`, which says their order, sorts first."""
    return b"\n".join(path.read_bytes() for path in sorted((static / "css").rglob("*.css")))


def _join_js(static: Path) -> bytes:
    files = [static / "vendor" / name for name in VENDOR_JS]
    files += sorted((static / "js").glob("*.js"))
    return b"\n;\n".join(path.read_bytes() for path in files if path.exists())


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


@assets.get("/assets/<digest>.<any(css,js):kind>")
@public
def bundle(digest: str, kind: str) -> Response:
    """The joined file; an address with an old hash is gone."""
    current, body = current_app.extensions["assets"][kind]
    if digest != current:
        abort(404)
    response = Response(body, mimetype="text/css" if kind == "css" else "text/javascript")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
