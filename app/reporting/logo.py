"""The restaurant's logo on paper."""

import base64
from dataclasses import dataclass

from flask import url_for

from app.brand.queries import get_brand
from app.core import files
from app.core.errors import NotFound
from app.core.images import grey
from app.core.uploads import EXTENSION


@dataclass(frozen=True)
class Logo:
    """Where a page loads it from, and its size in pixels."""

    src: str
    width: int
    height: int


def on_page() -> Logo | None:
    """For a page in the browser, which turns it grey."""
    logo = get_brand().logo
    if logo is None:
        return None
    return Logo(url_for("media.picture", name=logo.name), logo.width, logo.height)


def in_pdf() -> Logo | None:
    """Inside the document itself, in grey; a receipt is printed without one rather than not."""
    logo = get_brand().logo
    try:
        body = files.read(f"{logo.name}.{EXTENSION}") if logo else None
    except NotFound:
        return None
    if logo is None or body is None:
        return None
    data = base64.b64encode(grey(body)).decode()
    return Logo(f"data:image/png;base64,{data}", logo.width, logo.height)
