"""A network that can be broken: stands between two processes and forwards, until told otherwise."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

LIMIT_S = 10.0
CHUNK = 65536

Address = Path | int  # a unix socket, or a port on this machine
Mode = Literal["pass", "cut", "blackhole", "reset"]


@dataclass
class _Fault:
    """What befalls bytes now. `delay_s` and `pause_s` in seconds, `slice_size` in bytes."""

    mode: Mode = "pass"
    delay_s: float = 0.0
    slice_size: int = CHUNK
    pause_s: float = 0.0


@dataclass
class _Loss:
    """The answer to `request` is to be lost, on a connection that has carried `mark` before."""

    mark: bytes
    request: bytes
    happened: threading.Event = field(default_factory=threading.Event)


class Proxy:
    """Listens where a client is told to go, and forwards to `target`. Thread-safe.

    Runs in a thread of its own from `with` to the end of it.
    """

    def __init__(self, listen: Address, target: Address) -> None:
        self.listen, self.target = listen, target
        self._fault = _Fault()
        self._loss: _Loss | None = None
        self._links: set[_Link] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._do(self._serve())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LIMIT_S)
        self._loop.close()

    def heal(self) -> None:
        """Forward everything from now on. What was swallowed stays lost."""
        self._set(_Fault())

    def cut(self) -> None:
        """Close every connection, and each new one at once."""
        self._set(_Fault(mode="cut"))

    def reset(self) -> None:
        """The same with a reset instead of an end (over TCP), as from a machine that is gone."""
        self._set(_Fault(mode="reset"))

    def blackhole(self) -> None:
        """Take connections and bytes, and answer nothing."""
        self._set(_Fault(mode="blackhole"))

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """`cut` for as long as the block runs."""
        self.cut()
        try:
            yield
        finally:
            self.heal()

    @contextmanager
    def swallowing(self) -> Iterator[None]:
        """`blackhole` for as long as the block runs."""
        self.blackhole()
        try:
            yield
        finally:
            self.heal()

    def delay(self, seconds: float) -> None:
        """Hold everything up by so many seconds, either way."""
        self._set(_Fault(delay_s=seconds))

    def slice(self, size: int, pause_s: float) -> None:
        """Pass on `size` bytes at a time, with a pause in seconds after each."""
        self._set(_Fault(slice_size=size, pause_s=pause_s))

    def lose_answer(self, mark: bytes, request: bytes) -> threading.Event:
        """Wait for the answer to the next `request` and close instead of passing it on.

        Only on a connection that has carried `mark` by then. The event is set when it happened.
        """
        loss = _Loss(mark, request)
        self._loop.call_soon_threadsafe(setattr, self, "_loss", loss)
        return loss.happened

    def _set(self, fault: _Fault) -> None:
        self._do(self._change(fault))

    async def _change(self, fault: _Fault) -> None:
        self._fault = fault
        if fault.mode in ("cut", "reset"):
            for link in list(self._links):
                link.close(fault.mode)

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        future: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(LIMIT_S)

    async def _serve(self) -> asyncio.Server:
        if isinstance(self.listen, Path):
            return await asyncio.start_unix_server(self._take, self.listen)
        return await asyncio.start_server(self._take, "127.0.0.1", self.listen)

    async def _end(self) -> None:
        self._server.close()
        links = list(self._links)
        for link in links:
            link.close("cut")
        await asyncio.gather(*(link.task for link in links), return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        link = _Link(task, [writer])
        self._links.add(link)
        try:
            await self._join(link, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            link.close(self._fault.mode)
            self._links.discard(link)

    async def _join(
        self, link: "_Link", reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self._fault.mode in ("cut", "reset"):
            return
        if self._fault.mode == "blackhole":
            await self._swallow(reader)
            return
        there, back = await self._reach()
        link.writers.append(back)
        ways = {
            asyncio.ensure_future(self._carry(reader, back, partial(self._see_request, link))),
            asyncio.ensure_future(self._carry(there, writer, link.may_answer)),
        }
        _done, waiting = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in waiting:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, Path):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection("127.0.0.1", self.target)

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        may_pass: Callable[[bytes], bool],
    ) -> None:
        """Carry one way until an end; `may_pass` sees the bytes and can end it."""
        while data := await reader.read(CHUNK):
            if self._fault.mode == "blackhole":
                continue
            if not may_pass(data):
                return
            fault = self._fault
            await asyncio.sleep(fault.delay_s)
            for start in range(0, len(data), fault.slice_size):
                writer.write(data[start : start + fault.slice_size])
                await writer.drain()
                await asyncio.sleep(fault.pause_s)

    async def _swallow(self, reader: asyncio.StreamReader) -> None:
        while await reader.read(CHUNK):
            pass

    def _see_request(self, link: "_Link", data: bytes) -> bool:
        """Let a request pass, and remember where its answer is to be lost."""
        loss = self._loss
        if loss is not None:
            link.is_marked = link.is_marked or loss.mark in data
            if link.is_marked and loss.request in data:
                link.doomed, self._loss = loss.happened, None
        return True


class _Link:
    """One connection through the proxy."""

    def __init__(self, task: "asyncio.Task[Any]", writers: list[asyncio.StreamWriter]) -> None:
        self.task = task
        self.writers = writers
        self.is_marked = False
        self.doomed: threading.Event | None = None

    def may_answer(self, _data: bytes) -> bool:
        """Whether an answer may go back; the doomed one ends the connection."""
        if self.doomed is None:
            return True
        self.doomed.set()
        return False

    def close(self, mode: Mode) -> None:
        """Close both sides."""
        for writer in self.writers:
            if mode == "reset":
                _linger_not(writer)
            with suppress(OSError, RuntimeError):
                writer.transport.abort() if mode == "reset" else writer.close()


def _linger_not(writer: asyncio.StreamWriter) -> None:
    raw: socket.socket | None = writer.get_extra_info("socket")
    if raw is not None and raw.family != socket.AF_UNIX:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
