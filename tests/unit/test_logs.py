"""What a line of the log hides."""

from typing import Any

import pytest

from app.core.logs import HIDDEN, redact


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ({"password": "tomatoes"}, {"password": HIDDEN}),
        ({"form": {"pin": "2468", "name": "Bob"}}, {"form": {"pin": HIDDEN, "name": "Bob"}}),
        (
            {"error": "smtp://u:pa@ss1@host:25 is away"},
            {"error": f"smtp://u:{HIDDEN}@host:25 is away"},
        ),
        (
            {"error": "host=db password='a b' user=x"},
            {"error": f"host=db password={HIDDEN} user=x"},
        ),
        ({"note": "4111 1111 1111 1111"}, {"note": HIDDEN}),
        ({"reference": 4111111111111111}, {"reference": HIDDEN}),
        ({"amounts": [1250, "5.00"], "ok": True}, {"amounts": [1250, "5.00"], "ok": True}),
    ],
)
def test_secrets_and_card_numbers_are_hidden(said: dict[str, Any], stands: dict[str, Any]) -> None:
    assert redact(None, "info", dict(said)) == stands
