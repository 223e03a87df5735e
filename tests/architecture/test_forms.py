"""Whatever people write freely goes through `Words`, which knows what may be kept."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from marshmallow import Schema, ValidationError, class_registry, fields, validate

from app.core.forms import Known, Several, Words
from app.core.logs import names_secret

# Texts that are looked up, compared or worked out, and never shown as somebody's words.
OTHER_TEXTS = {"email", "next", "slug", "host", "amount", "q", "approval_seal"}
PROTOCOL = {"grant_type", "client_id", "scope"}  # RFC 6749
# What a pattern that closes a field lets none of through.
FREE = ("Pay 4111 1111 1111 1111", "two words", "\u202eturned", "x" * 300)


def schemas() -> Iterator[type[Schema]]:
    """Every schema of the application, once."""
    for found in class_registry._registry.values():
        for schema in found:
            if schema.__module__.startswith("app."):
                yield schema


def texts(schema: type[Schema]) -> Iterator[tuple[str, fields.String]]:
    """The text fields of a schema, those in its lists included."""
    for name, field in schema().fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.String):
            yield name, inner


def is_closed(check: object) -> bool:
    """Whether a validator lets through only what we have listed or described."""
    if isinstance(check, validate.Regexp):
        return not any(admits(check, text) for text in FREE)
    return isinstance(check, (validate.OneOf, Known))


def admits(check: validate.Validator, text: str) -> bool:
    try:
        check(text)
    except ValidationError:
        return False
    return True


def test_free_text_is_words(app: Flask) -> None:
    assert app.view_functions  # every module with a form has been loaded
    free = {
        f"{schema.__module__}.{schema.__name__}.{name}"
        for schema in schemas()
        for name, field in texts(schema)
        if not isinstance(field, Words)
        and not any(is_closed(check) for check in field.validators)
        and not (name in OTHER_TEXTS | PROTOCOL or names_secret(name))
    }

    assert free == set()


def test_every_list_has_an_end(app: Flask) -> None:
    """Counted before anything in it is looked at; `Several` asks for how many."""
    assert app.view_functions
    endless = {
        f"{schema.__module__}.{schema.__name__}.{name}"
        for schema in schemas()
        for name, field in schema().fields.items()
        if not isinstance(field, Several) and has_many(field)
    }

    assert endless == set()


def test_lists_are_found_where_they_are(app: Flask) -> None:
    assert app.view_functions
    found = [field for schema in schemas() for field in schema().fields.values() if has_many(field)]

    assert len(found) >= 10
    assert has_many(fields.Nested(Schema, many=True))


def has_many(field: fields.Field[Any]) -> bool:
    """Whether a field holds as many values as a client likes."""
    many = isinstance(field, fields.Nested) and field.many
    return many or isinstance(field, (fields.List, fields.Mapping, fields.Raw))


@pytest.mark.parametrize("name", ["app.ordering.forms", "app.payments.forms"])
def test_words_are_found_where_they_are(app: Flask, name: str) -> None:
    assert app.view_functions
    found = [
        field
        for schema in schemas()
        if schema.__module__ == name
        for _name, field in texts(schema)
        if isinstance(field, Words)
    ]

    assert found
