"""Failures of the set-up. Each carries one sentence for the person at the terminal."""


class SetupError(Exception):
    """Nibblix cannot start here; the message says why and what to do."""
