"""A WebSocket line as bad as a crowded venue: drops frames, holds them back, breaks."""

import asyncio
import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import WebSocketException
from websockets.http11 import Request, Response

from tests.system.stage import free_port

DROPPED = 0.1  # of all frames, both ways
HELD = 0.02  # of all frames; what comes after waits behind it
HELD_S = 0.5
CUT_S = 1.5  # between two breaks, on the average
OUTAGE_S = 0.3  # at most, in which nobody gets through

Connection = ClientConnection | ServerConnection


@dataclass
class Figures:
    """What the line did."""

    passed: int = 0
    dropped: int = 0
    held: int = 0
    cuts: int = 0


@dataclass
class BadLine:
    """One client's line to the bridge; good until `storm`, good again after `calm`.

    upward: the frames that reached the bridge.
    """

    target: str
    seed: int
    port: int = field(default_factory=free_port)
    figures: Figures = field(default_factory=Figures)
    upward: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._bad = False
        self._outage_until = 0.0
        self._loop = asyncio.new_event_loop()
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}/gui_control"

    def __enter__(self) -> "BadLine":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def storm(self) -> None:
        self._bad = True

    def calm(self) -> None:
        self._bad, self._outage_until = False, 0.0

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        async with serve(
            self._join,
            "127.0.0.1",
            self.port,
            process_request=self._refuse,
            compression=None,
        ) as server:
            self._ready.set()
            await self._stop.wait()
            for connection in server.connections:
                connection.transport.abort()

    def _refuse(self, _: ServerConnection, __: Request) -> Response | None:
        if time.monotonic() > self._outage_until:
            return None
        return ServerConnection.respond(_, HTTPStatus.BAD_GATEWAY, "outage\n")

    async def _join(self, near: ServerConnection) -> None:
        """Joins a client with the bridge until one of them goes, or the line breaks."""
        with suppress(OSError, WebSocketException):
            async with connect(self.target, compression=None) as far:
                tasks = [
                    asyncio.create_task(task)
                    for task in (
                        self._pump(far, near, []),
                        self._pump(near, far, self.upward),
                        self._cut(),
                    )
                ]
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                far.transport.abort()
        near.transport.abort()

    async def _cut(self) -> None:
        """Ends when the line breaks."""
        while True:
            await asyncio.sleep(self._random.expovariate(1 / CUT_S))
            if self._bad:
                outage_s = self._random.uniform(0, OUTAGE_S)
                self._outage_until = time.monotonic() + outage_s
                self.figures.cuts += 1
                return

    async def _pump(self, source: Connection, to: Connection, passed: list) -> None:
        """Carries frames one way, in their order. Ends with either side."""
        waiting: asyncio.Queue[tuple[float, str]] = asyncio.Queue()
        carrier = asyncio.create_task(self._carry(waiting, to, passed))
        try:
            async for frame in source:
                if self._bad and self._random.random() < DROPPED:
                    self.figures.dropped += 1
                    continue
                held = self._bad and self._random.random() < HELD
                self.figures.held += held
                due_s = time.monotonic() + (HELD_S if held else 0.0)
                waiting.put_nowait((due_s, str(frame)))
        finally:
            carrier.cancel()

    async def _carry(self, waiting: asyncio.Queue, to: Connection, log: list) -> None:
        with suppress(WebSocketException):
            while True:
                due_s, frame = await waiting.get()
                await asyncio.sleep(max(0.0, due_s - time.monotonic()))
                log.append(frame)  # it may have arrived even where send() fails
                await to.send(frame)
                self.figures.passed += 1
