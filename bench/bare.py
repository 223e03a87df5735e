"""Floors of pages: the same bytes from an application of a few lines, under the same server."""

import json
import os
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from app.core.settings import PROJECT, Settings
from app.runtime.children import children
from app.runtime.parent_death import die_with_parent
from bench.http import Rider
from tests.support.live import eventually, free_ports

VARIABLE = "BARE_ANSWERS"


@dataclass(frozen=True)
class Answer:
    """What an address answers."""

    headers: Mapping[str, str]
    body: bytes


def app(environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The application: a look into a dictionary."""
    answer = _answers()[environ["PATH_INFO"]]
    start_response("200 OK", list(answer.headers.items()))
    return [answer.body]


@cache
def _answers() -> dict[str, Answer]:
    kept = json.loads(Path(os.environ[VARIABLE]).read_text())
    return {path: Answer(headers, b64decode(body)) for path, (headers, body) in kept.items()}


@contextmanager
def bare_server(settings: Settings, folder: Path, answers: Mapping[str, Answer]) -> Iterator[str]:
    """Serve `answers` by path with the settings of the pages' server; yields its address."""
    file = folder / "bare.json"
    kept = {
        path: (dict(answer.headers), b64encode(answer.body).decode())
        for path, answer in answers.items()
    }
    file.write_text(json.dumps(kept))
    own = replace(settings, port=free_ports(1))
    web = next(child for child in children(own, reload=False) if child.name == "web")
    process = subprocess.Popen(
        [*web.command[:-1], "bench.bare:app"],
        cwd=PROJECT,
        env=os.environ | {VARIABLE: str(file)},
        stderr=subprocess.DEVNULL,
        preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 (as make run does)
    )
    address = f"http://127.0.0.1:{own.port}"
    try:
        eventually(partial(_serves, address, next(iter(answers))), "the bare server serves")
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _serves(address: str, path: str) -> bool:
    try:
        Rider(address, {}).get(path)
    except OSError:
        return False
    return True
