"""The one form of an e-mail address."""

import pytest

from app.core.mail_address import normal


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Bob@Demo.Example ", "bob@demo.example"),
        ("O'Neil+bar@demo.example", "o'neil+bar@demo.example"),
        ("bob@EXÄMPLE.example", "bob@exämple.example"),
        ("bob@ｄｅｍｏ.example", "bob@demo.example"),
        ("bob@\u212aitchen.example", "bob@kitchen.example"),
        ("bob@kitchen.local", "bob@kitchen.local"),
    ],
    ids=["case and space", "signs", "umlaut", "wide letters", "Kelvin sign", "a house's own"],
)
def test_an_address_has_one_form(typed: str, kept: str) -> None:
    assert normal(typed) == normal(kept) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "bob", "bob@", "@demo.example", "bob@demo", "bob @demo.example", "bob@demo.example\0",
     "İri@demo.example", "ｂob@demo.example", "bo\u0301b@demo.example", "\ud800@demo.example",
     "bob@[192.0.2.1]", "Bob <bob@demo.example>", "x" * 250 + "@demo.example"],
)  # fmt: skip
def test_what_may_be_folded_in_two_ways_is_no_address(typed: str) -> None:
    with pytest.raises(ValueError, match="no e-mail address"):
        normal(typed)
