"""Paper as PDF, made from the very fragments that the pages show."""

import base64
import logging
import re
from functools import cache
from pathlib import Path
from typing import Any

from flask import Response, current_app, make_response

from app.core.errors import Unavailable

MM_PER_PX = 25.4 / 96
TALL_MM = 4000  # longer than any receipt: its own height is measured on this first
# Breaking one long text into lines takes the square of its length: 10,000 letters take minutes.
LONGEST_TEXT = 400
_LONG = re.compile(rf"(>[^<>]{{{LONGEST_TEXT}}})[^<>]+")
_FONT = re.compile(r'url\("([^"]+)"\)')


def a4(html: str, name: str) -> Response:
    """A page as A4 sheets, by the print rules of its own CSS."""
    return _answer(_document(html, "").write_pdf(), name)


def strip(html: str, name: str) -> Response:
    """A receipt on one strip of 80 mm, as long as it needs; it ends at the element `paper-end`."""
    measured = _document(html, _page(TALL_MM)).pages[0]
    _left, end, *_rest = measured.anchors["paper-end"]
    return _answer(_document(html, _page(end * MM_PER_PX)).write_pdf(), name)


def _page(height_mm: float) -> str:
    return f"@page {{ size: 80mm {height_mm:.1f}mm; margin: 0; @bottom-right {{ content: none }} }}"


def _document(html: str, css: str) -> Any:
    """The laid out document. Nothing is fetched: whatever an address would load is refused."""
    weasyprint, fetcher = _library()
    fonts = weasyprint.text.fonts.FontConfiguration()
    sheet = weasyprint.CSS(string=_styles() + css, url_fetcher=fetcher, font_config=fonts)
    page = weasyprint.HTML(string=_LONG.sub(r"\1…", html), url_fetcher=fetcher)
    return page.render(stylesheets=[sheet], font_config=fonts)


def _library() -> tuple[Any, Any]:
    """WeasyPrint, loaded at the first use: it needs libraries that a server may lack."""
    try:
        import weasyprint  # noqa: PLC0415 (see above)
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except (ImportError, OSError) as problem:
        raise Unavailable(
            "pdf_off", "PDF is off on this server; print the page from the browser instead."
        ) from problem
    # It tells each step and each detail of CSS that it skips.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    return weasyprint, URLFetcher(allowed_protocols=["data"])


@cache
def _styles() -> str:
    """The sheet that paper is set in, its fonts inside."""
    vendor = Path(str(current_app.static_folder)) / "vendor"
    css = Path(__file__).with_name("paper.css").read_text()
    return _FONT.sub(lambda found: _inlined(vendor / found[1]), css)


def _inlined(path: Path) -> str:
    body = base64.b64encode(path.read_bytes()).decode()
    return f'url("data:font/woff2;base64,{body}")'


def _answer(body: bytes, name: str) -> Response:
    response = make_response(body)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response
