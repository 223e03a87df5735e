"""Replay plays orders through every process and counts the cents."""

import subprocess
import sys

from app.core.settings import PROJECT
from tests.support.live import Live


def replay(live: Live, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "app.replay", *arguments],
        cwd=PROJECT,
        env=live.environment | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_the_sample_comes_out_equal_to_the_cent(live: Live) -> None:
    played = replay(live, "--clients", "2")

    assert played.returncode == 0, played.stdout + played.stderr
    assert "differs" not in played.stdout
    assert "0 broken" in played.stdout


def test_a_file_that_is_no_order_file_is_refused_with_a_sentence(live: Live) -> None:
    played = replay(live, "--file", str(PROJECT / "README.md"))

    assert played.returncode == 2
    assert "cannot be played" in played.stderr


def test_a_product_that_does_not_run_is_said_in_a_sentence(live: Live) -> None:
    played = replay(live, PORT="1")

    assert played.returncode == 2
    assert "Start it with `make run` first." in played.stderr
    assert "Traceback" not in played.stderr
