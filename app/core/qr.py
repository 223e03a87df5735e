"""An address as a QR code in SVG, drawn by attributes alone: the policy allows no style."""

import io
from base64 import b64encode


def as_picture(address: str) -> str:
    """A data: address of an SVG picture of a QR code that leads to an address."""
    import segno  # noqa: PLC0415 (one page needs it, and every process would carry it)

    file = io.BytesIO()
    # White behind it in the dark theme too: cameras want dark on light.
    segno.make(address, error="m", micro=False).save(
        file, kind="svg", scale=8, border=2, dark="#000", light="#fff", xmldecl=False
    )
    return f"data:image/svg+xml;base64,{b64encode(file.getvalue()).decode()}"
