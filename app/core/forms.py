"""Reading what a person or a program sent: values by a marshmallow schema, or clear sentences."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from flask.json.provider import DefaultJSONProvider
from marshmallow import EXCLUDE, Schema, ValidationError

from app.core.errors import Invalid


class JsonReader(DefaultJSONProvider):
    """Flask's own, for which nesting beyond Python's stack would be a bug, not bad JSON."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """What a text says; raises ValueError."""
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def read(schema: type[Schema], sent: Mapping[str, Any]) -> Any:
    """What the schema makes of a form or of JSON; raises Invalid with sentences by field.

    A field inside a list or an object is named by its path, as in `lines.0.quantity`.
    """
    try:
        return schema(unknown=EXCLUDE).load(sent)
    except ValidationError as error:
        by_field = dict(_by_path("", error.messages))
        sentence = " ".join(dict.fromkeys(chain(*by_field.values())))
        raise Invalid("form", sentence, by_field) from error


def _by_path(path: str, messages: Any) -> Iterator[tuple[str, list[str]]]:
    if not isinstance(messages, dict):
        yield path.removeprefix("."), [str(message) for message in messages]
        return
    for name, inner in messages.items():
        yield from _by_path(f"{path}.{name}", inner)
