"""gzip: a page crosses a restaurant's wireless in an eighth of its bytes.

Pages hold the form token beside what others have typed, and the length of what is compressed
tells about both (BREACH). So each page gets a random number of bytes that mean nothing.
"""

import gzip
import secrets
from io import BytesIO

from flask import Flask, Response, request

SMALLEST = 1024
QUICK, BEST = 4, 9
MOST_PADDING = 100


def init_compression(app: Flask) -> None:
    """Compress pages on their way out. Registered before all others, it comes last."""
    app.after_request(_compress)


def is_accepted() -> bool:
    """Whether whoever asks can unpack it."""
    return request.accept_encodings.quality("gzip") > 0


def packed(body: bytes) -> bytes:
    """As small as it gets, for what is kept; the same bytes each time."""
    return gzip.compress(body, BEST, mtime=0)


def _compress(response: Response) -> Response:
    if response.mimetype != "text/html" or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) >= SMALLEST and is_accepted():
        response.set_data(_padded(body))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _padded(body: bytes) -> bytes:
    """Compressed, with a file name of random length in front (RFC 1952, 2.3.1)."""
    out = BytesIO()
    name = "-" * secrets.randbelow(MOST_PADDING)
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=QUICK, fileobj=out, mtime=0) as file:
        file.write(body)
    return out.getvalue()
