"""How many files, and so connections, a process may have open at once.

Many systems give a process 1,024 and let it ask for more.
"""

import resource

from app.runtime.saying import say

MOST_SCREENS = 6000
WANTED = 8192
# What a server process opens besides its connections: database, Redis, logs, pipes.
KEPT_BACK = 100


def raise_limit() -> int:
    """Ask for WANTED, or for as many as the system lets us have; returns the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        return allowed
    return WANTED if soft == resource.RLIM_INFINITY else soft


def connections(wanted: int) -> int:
    """How many connections a server may take, at most `wanted`, after raising the limit.

    More of them wait to be accepted: a server without a free file could not even refuse.
    """
    return max(1, min(wanted, raise_limit() - KEPT_BACK))


def report() -> None:
    """Say to the person where this system cannot serve as many screens as the product can."""
    if (possible := connections(MOST_SCREENS)) < MOST_SCREENS:
        say(
            f"Only {possible} screens can watch at the same time: this system lets a process "
            "open few files. Raise its hard limit (ulimit -Hn)."
        )
