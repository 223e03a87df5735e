"""How hard a password is to guess, by what attackers try first: NIST SP 800-63B-4, 3.1.1.

Length counts, and no composition: common passwords, what everybody here knows (the restaurant,
the person), repetition and sequences are refused with the reason, and breached ones where the
installation has a list.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext

from app.core.errors import Invalid
from app.core.settings import Settings
from app.identity.breached import is_breached
from app.identity.passwords import normalised

SHORTEST, SHORTEST_WITH_FACTOR, LONGEST = 15, 8, 256
# Of zxcvbn's five: 3 stands for 10⁸ guesses and more, 2 for 10⁶, enough beside a second factor.
GOOD, GOOD_WITH_FACTOR = 3, 2
SHORTEST_WORD = 4
# zxcvbn tries every way to read these as letters: seconds for a password that is made for it.
_AS_LETTERS = str.maketrans("@({[<!|$+%", "acccc11stx")
_LOOKED_AT = 72


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A password's `score` (0 to 4), whether it may be used, and what to say about it."""

    score: int
    is_good: bool
    sentence: str
    advice: tuple[str, ...] = ()


def check_password(password: str, *, has_factor: bool = False, words: Iterable[str] = ()) -> str:
    """The password, or Invalid (`password`) with the reason and some advice.

    `words` are what others know: names of the restaurant and the person, the e-mail address.
    With a second factor (`has_factor`) a shorter one will do.
    """
    verdict = judge(password, has_factor=has_factor, words=words)
    if not verdict.is_good:
        sentence = " ".join((verdict.sentence, *verdict.advice))
        raise Invalid("password", sentence, {"password": [sentence]})
    return password


def judge(password: str, *, has_factor: bool = False, words: Iterable[str] = ()) -> Verdict:
    """What to say of a password while it is typed."""
    shortest = SHORTEST_WITH_FACTOR if has_factor else SHORTEST
    password = normalised(password)
    length = len(password)
    if length > LONGEST:
        return _refused(4, gettext("At most %(most)s characters.", most=LONGEST))
    known = _known(words)
    rest = _without(password, known)
    score, warning, advice = _score(rest, known)
    if length < shortest:
        lacking = gettext(
            "%(least)s characters at least, %(now)s so far.", least=shortest, now=length
        )
        return _refused(min(score, 1), lacking)
    if score < (GOOD_WITH_FACTOR if has_factor else GOOD):
        return _refused(score, warning or gettext("This is easy to guess."), advice)
    if is_breached(password, _breached_list()):
        return _refused(0, gettext("This password is on a list of stolen ones."))
    return Verdict(score=score, is_good=True, sentence=_praise(score))


def _breached_list() -> str | None:
    settings: Settings = current_app.extensions["settings"]
    return str(settings.breached_passwords) if settings.breached_passwords else None


def _refused(score: int, sentence: str, advice: tuple[str, ...] = ()) -> Verdict:
    return Verdict(score=score, is_good=False, sentence=sentence, advice=advice)


def _praise(score: int) -> str:
    return str(gettext("Very hard to guess.") if score > GOOD else gettext("Hard to guess."))


def _known(words: Iterable[str]) -> list[str]:
    """What others know, word by word, the longest first."""
    return sorted(dict.fromkeys(_parts(" ".join(words))), key=len, reverse=True)


def _parts(text: str) -> list[str]:
    """The words of a text without case, in order."""
    letters = "".join(char if char.isalnum() else " " for char in text.casefold())
    return letters.split()


def _without(password: str, known: list[str]) -> str:
    """What there is to guess: each word once, and nothing that everybody knows."""
    parts = _parts(password)
    kept = dict.fromkeys(_cut(part, known) for part in parts)
    return password if list(kept) == parts and len(parts) <= 1 else "".join(kept)


def _cut(part: str, known: list[str]) -> str:
    """A word without those in it that everybody knows; short ones stand in others by chance."""
    if part in known:
        return ""
    for word in known:
        if len(word) >= SHORTEST_WORD:
            part = part.replace(word, "")
    return part


def _score(rest: str, known: list[str]) -> tuple[int, str, tuple[str, ...]]:
    """How zxcvbn rates it, with its warning and its advice."""
    # Some 14 MB of word lists, for pages that few requests ask for.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    if not rest:
        return 0, gettext("It is made of names that everybody here knows."), ()
    inputs = [word for word in known if len(word) >= SHORTEST_WORD]
    found = zxcvbn(rest.translate(_AS_LETTERS)[:_LOOKED_AT], user_inputs=inputs)
    said = found["feedback"]
    advice = tuple(gettext(sentence) for sentence in said["suggestions"])
    return found["score"], gettext(said["warning"]) if said["warning"] else "", advice
