"""Sentences for the person in the terminal."""

from contextlib import suppress


def say(sentence: str) -> None:
    """Print it; where nobody can read it (a full disk, a closed pipe), go on without."""
    with suppress(OSError):
        print(sentence, flush=True)
