"""Reading what a person or a program sent: values by a marshmallow schema, or clear sentences."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from flask import request
from flask.json.provider import DefaultJSONProvider
from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load, validate

from app.core import mail_address, words
from app.core.errors import Invalid, Malformed

MOST_NESTED = 20
NO_EMAIL = "That is not an e-mail address."
NO_JSON = f"This is no JSON that can be read: at most {MOST_NESTED} levels of lists and objects."


class JsonReader(DefaultJSONProvider):
    """Flask's own, which would take nesting beyond Python's stack for a bug, not for bad JSON."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """What a text says; raises ValueError, also for more than MOST_NESTED levels."""
        try:
            value = super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        if _is_deep(value):
            raise ValueError("nested too deeply")
        return value


class Words(fields.String):
    """What a person writes freely, `most` characters of it; see app.core.words for what is refused.

    `lines`: it may have several.
    """

    def __init__(self, most: int, *, lines: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._most, self._lines = most, lines

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        text = super()._deserialize(value, *arguments, **options)
        if text and (problem := words.problem_in(text, self._most, lines=self._lines)):
            raise ValidationError(problem)
        return text


class Name(Words):
    """What somebody or something is called: 1 to LONGEST_NAME characters."""

    def __init__(self, **options: Any) -> None:
        sentence = f"A name has 1 to {words.LONGEST_NAME} characters."
        length = validate.Length(1, words.LONGEST_NAME, error=sentence)
        said = {"required": sentence, "null": sentence}
        super().__init__(
            words.LONGEST_NAME, required=True, validate=length, error_messages=said, **options
        )


class Email(fields.String):
    """An e-mail address, in the one form that there is of it; see app.core.mail_address."""

    def __init__(self, **options: Any) -> None:
        super().__init__(error_messages={"required": NO_EMAIL, "null": NO_EMAIL}, **options)

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> str:
        text = super()._deserialize(value, *arguments, **options)
        try:
            return mail_address.normal(text or "")
        except ValueError as error:
            raise ValidationError(NO_EMAIL) from error


class Several(fields.List[Any]):
    """A list of at most `most` values, counted before any of them is looked at.

    `of` is the word for them in the sentence that refuses more.
    """

    def __init__(
        self, inner: fields.Field[Any] | type[fields.Field[Any]], most: int, of: str, **options: Any
    ) -> None:
        super().__init__(inner, **options)
        self._most, self._of = most, of

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(value, list) and len(value) > self._most:
            raise ValidationError(f"At most {self._most} {self._of}.")
        return super()._deserialize(value, *arguments, **options)


class Known(validate.Validator):
    """One of many: asked when a form comes, so that no schema holds them all."""

    def __init__(self, is_known: Callable[[str], bool], error: str) -> None:
        self._is_known, self._error = is_known, error

    def __call__(self, value: str) -> str:
        """The value; raises ValidationError for one that is none."""
        if not self._is_known(value):
            raise ValidationError(self._error)
        return value


class Trimmed(Schema):
    """Spaces around what a person types, and the line ends of a browser, mean nothing.

    A password is what it is.
    """

    @pre_load
    def _trim(self, sent: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        return {
            name: value.strip().replace("\r\n", "\n")
            if isinstance(value, str) and name != "password"
            else value
            for name, value in sent.items()
        }


def json_body() -> Mapping[str, Any]:
    """The object that a program has sent; raises Malformed where it is no JSON.

    Nothing, and what is JSON but no object, counts as an empty one: its fields are missing.
    """
    try:
        sent = request.json_module.loads(request.get_data() or b"{}")
    except ValueError as error:
        raise Malformed("json", NO_JSON) from error
    return sent if isinstance(sent, dict) else {}


def read(schema: type[Schema], sent: Mapping[str, Any], *, optional: Sequence[str] = ()) -> Any:
    """What the schema makes of a form or of JSON; raises Invalid with sentences by field.

    Fields of `optional` may be missing, and then are. A field inside a list or an object is named
    by its path, as in `lines.0.quantity`.
    """
    try:
        return schema(unknown=EXCLUDE, partial=optional).load(sent)
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


def _is_deep(value: Any) -> bool:
    level, depth = [value], 0
    while level and depth <= MOST_NESTED:
        insides = (inner for outer in level for inner in _inside(outer))
        level = [inner for inner in insides if isinstance(inner, (dict, list))]
        depth += 1
    return bool(level)


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
