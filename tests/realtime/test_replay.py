"""Replay plays orders through every process and counts the cents."""

import subprocess
import sys

from app.core.settings import PROJECT
from tests.support.live import Live


def test_the_sample_comes_out_equal_to_the_cent(live: Live) -> None:
    command = [sys.executable, "-m", "app.replay", "--clients", "2"]
    played = subprocess.run(
        command,
        cwd=PROJECT,
        env=live.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert played.returncode == 0, played.stdout + played.stderr
    assert "differs" not in played.stdout
    assert "0 broken" in played.stdout


def test_a_file_that_is_no_order_file_is_refused_with_a_sentence(live: Live) -> None:
    command = [sys.executable, "-m", "app.replay", "--file", str(PROJECT / "README.md")]
    played = subprocess.run(
        command,
        cwd=PROJECT,
        env=live.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert played.returncode == 2
    assert "cannot be played" in played.stderr
