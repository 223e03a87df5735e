"""Which passwords are taken: by what attackers try first, and by nothing else."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app.core.errors import Invalid
from app.core.settings import load_settings
from app.factory import create_app
from app.identity.breached import is_breached
from app.identity.passwords import hash_secret, is_dated, is_right
from app.identity.strength import check_password, judge

WORDS = ("Trattoria Demo", "Alice Rossi", "alice@trattoria.example")


@pytest.fixture(scope="module")
def plain_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application that no server stands behind."""
    return create_app(load_settings({"DATA_DIR": str(tmp_path_factory.mktemp("data"))}))


@pytest.fixture(autouse=True)
def _inside(plain_app: Flask) -> Iterator[None]:
    """Sentences and the list of stolen passwords are an application's."""
    with plain_app.app_context():
        yield


@pytest.mark.parametrize(
    "password",
    [
        "a long and boring password",
        "correct horse battery staple",
        "quattro gatti sul tetto rosso",
        "nur kleinbuchstaben ohne ziffern",
        "смешной длинный пароль",
        "🦊🐙🦉 three animals meet",
        "x7#Lq!92vT@pz0&Rk",
        "    spaces in front count too    ",
    ],
)
def test_length_is_enough_and_nothing_is_prescribed(password: str) -> None:
    assert check_password(password, words=WORDS) == password


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaaaaaa",
        "abcdefghijklmnopqrst",
        "1234567890123456",
        "qwertyuiopasdfgh",
        "iloveyouiloveyou",
        "password password",
        "password-password-password",
        "Trattoria Demo Alice",
        "trattoriademoalice",
        "Alice Rossi Alice Rossi!",
        "alice@trattoria.example",
        "p4$$w0rdp4$$w0rd",
    ],
)
def test_what_is_guessed_first_is_refused_with_the_reason(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(password, words=WORDS)

    assert refused.value.fields["password"][0]


@pytest.mark.parametrize(("length", "is_taken"), [(14, False), (15, True), (64, True), (256, True)])
def test_a_password_that_stands_alone_has_fifteen_characters(
    length: int, *, is_taken: bool
) -> None:
    password = ("zebra quilt harbour nine lamps " * 9)[:length].strip().ljust(length, "k")

    assert judge(password).is_good is is_taken


def test_beside_a_second_factor_eight_characters_will_do() -> None:
    assert judge("vux9fiqo", has_factor=True).is_good
    assert not judge("vux9fiqo").is_good
    assert not judge("vux9fiq", has_factor=True).is_good
    assert not judge("password", has_factor=True).is_good
    assert not judge("k" * 257, has_factor=True).is_good


def test_a_password_is_the_same_from_every_keyboard() -> None:
    composed, decomposed = "caffè corretto alle tre", "caffe\u0300 corretto alle tre"

    assert is_right(hash_secret(composed), decomposed)
    assert is_right(hash_secret("ﬁne dining at ten"), "fine dining at ten")


def test_a_password_of_signs_that_look_like_letters_takes_no_seconds() -> None:
    """zxcvbn alone took six for this one."""
    assert judge("4@8({[<369&#!1/|0$5+7%2" * 4).score == 4


def test_a_hash_of_other_parameters_is_known_as_such() -> None:
    old = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$V9VEB0pYw0q4+7PZRyCkEw4tLCi1z6v7v4T4Y0z5Bdk"

    assert is_dated(old)
    assert not is_dated(hash_secret("whatever it is"))


def digest_of(password: str) -> str:
    """As the list has it."""
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


@pytest.fixture
def breached(tmp_path: Path) -> Path:
    """A thousand stolen passwords as they are given out: digest, colon, count."""
    digests = sorted(digest_of(f"stolen zebra {number}") for number in range(1000))
    path = tmp_path / "breached.txt"
    path.write_text("".join(f"{digest}:{n}\r\n" for n, digest in enumerate(digests)))
    return path


def test_every_stolen_password_is_found_where_the_list_lies(breached: Path) -> None:
    missed = [n for n in range(1000) if not is_breached(f"stolen zebra {n}", str(breached))]
    wrong = [n for n in range(1000) if is_breached(f"fresh {n}", str(breached))]

    assert (missed, wrong) == ([], [])


def test_a_list_of_prefixes_will_do(tmp_path: Path) -> None:
    path = tmp_path / "prefixes.txt"
    digests = sorted(digest_of(f"stolen zebra {n}") for n in range(99))
    path.write_text("\n".join(digest[:16] for digest in digests))

    assert all(is_breached(f"stolen zebra {n}", str(path)) for n in range(99))
    assert not is_breached("fresh", str(path))


@pytest.mark.parametrize("content", ["", "\n", "no digests\nat all\n"])
def test_a_list_without_digests_holds_nothing(content: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_text(content)

    assert not is_breached("anything", str(path))


def test_a_list_that_is_wanted_and_cannot_be_read_lets_nothing_pass(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        is_breached("anything", str(tmp_path / "missing"))


def test_a_password_that_was_stolen_elsewhere_is_refused(plain_app: Flask, breached: Path) -> None:
    settings = plain_app.extensions["settings"]
    plain_app.extensions["settings"] = replace(settings, breached_passwords=breached)
    try:
        assert judge("stolen zebra 77", has_factor=True).sentence == (
            "This password is on a list of stolen ones."
        )
    finally:
        plain_app.extensions["settings"] = settings
