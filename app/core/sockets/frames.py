"""Frames as screens read them: JSON in one text message.

A change is {seq, at, topics} with `content` where the view has some; a snapshot adds
`snapshot`, `target` and `swap`; a heartbeat is {seq, at}.
"""

import json
from typing import Any

from app.core import clock
from app.core.sockets.views import Shown
from app.core.sockets.wire import text_message


def change(published: dict[str, Any], view: str) -> bytes:
    """One change as a view gets it, from the frame that the relay published."""
    frame = {name: published[name] for name in ("seq", "at", "topics")}
    content = published["views"].get(view)
    if content is not None:
        frame["content"] = content
    return _message(frame)


def snapshot(seq: int, shown: Shown | None) -> bytes:
    """How everything stands as of `seq`."""
    frame: dict[str, Any] = {"seq": seq, "at": _now(), "snapshot": True}
    if shown is not None:
        frame |= {"content": shown.content, "target": shown.target, "swap": shown.swap}
    return _message(frame)


def heartbeat(seq: int) -> bytes:
    """Proof that nothing was missed up to `seq`."""
    return _message({"seq": seq, "at": _now()})


def _now() -> str:
    return clock.now().isoformat(timespec="milliseconds")


def _message(frame: dict[str, Any]) -> bytes:
    return text_message(json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode())
