"""The bridge's line to one engine, on this laptop or on a board: comes back for ever.

On a laptop it is the host's control channel, one JSON object a line over TCP; on a
board Bela's own WebSocket. Both greet with `connection` and want `connection-reply`.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from pedal.silence import PATIENCE_S
from pedal.visitors import event

LINE_BYTES = 65536  # of the engine at most, and of what waits for it
CONNECT_S = 3.0  # a board that does not answer within this is tried again
TELL_S = 1.0  # clients are told this often that there is no engine
LOOPBACK = "127.0.0.1"
CONTROL = "gui_control"


class Wire(Protocol):
    """One connection. receive() returns "" at its end."""

    async def receive(self) -> str | bytes: ...
    async def send(self, text: str) -> None: ...
    async def close(self) -> None: ...


class Place(Protocol):
    """Where an engine is. retry_s: between two tries to reach it; the last stays."""

    retry_s: tuple[float, ...]

    async def open(self) -> Wire: ...


class LineWire:
    """JSON lines over TCP."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader, self._writer = reader, writer

    async def receive(self) -> str | bytes:
        return await self._reader.readline()

    async def send(self, text: str) -> None:
        self._writer.write(text.encode() + b"\n")
        await self._writer.drain()

    async def close(self) -> None:
        self._writer.close()


class SocketWire:
    """JSON frames over a WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def receive(self) -> str | bytes:
        return await self._connection.recv()

    async def send(self, text: str) -> None:
        await self._connection.send(text)

    async def close(self) -> None:
        self._connection.transport.abort()  # a pulled cable answers no farewell


class Laptop:
    """The engine of this machine, by its control channel's port."""

    retry_s: tuple[float, ...] = (0.05, 0.1, 0.2, 0.4)

    def __init__(self, port: int) -> None:
        self._port = port

    async def open(self) -> Wire:
        return LineWire(
            *await asyncio.open_connection(LOOPBACK, self._port, limit=LINE_BYTES)
        )


class Board:
    """A Bela board, by its host and the port of its Gui."""

    retry_s: tuple[float, ...] = (0.25, 0.5, 1.0, 2.0)

    def __init__(self, host: str, port: int) -> None:
        name = f"[{host}]" if ":" in host else host
        self._address = f"ws://{name}:{port}/{CONTROL}"

    async def open(self) -> Wire:
        connection = await connect(
            self._address,
            open_timeout=CONNECT_S,
            max_size=LINE_BYTES,
            compression=None,
            ping_interval=None,  # the meters tell whether it lives
            proxy=None,
        )
        return SocketWire(connection)


class Upstream:
    """Hears one engine, and says what waits for it as fast as it takes it.

    on_message: a JSON object of the engine's that is no event of the channel.
    on_engine: whether there is an engine: one that was heard within PATIENCE_S; told
    when it changes, and again every TELL_S while there is none.
    """

    def __init__(
        self,
        place: Place,
        on_message: Callable[[str | bytes], None],
        on_engine: Callable[[bool], None],
    ) -> None:
        self._place, self._on_message, self._on_engine = place, on_message, on_engine
        self.is_up = False
        self._waiting: deque[str] = deque()
        self._waiting_bytes = 0
        self._awake = asyncio.Event()

    def send(self, text: str) -> bool:
        """Queues one message; False where there is no engine or too much waits."""
        if not self.is_up or self._waiting_bytes + len(text) > LINE_BYTES:
            return False
        self._queue(text)
        return True

    async def follow(self) -> None:
        """Never returns."""
        tries = 0
        teller = asyncio.create_task(self._tell())
        try:
            while True:
                with suppress(OSError, ValueError, WebSocketException):
                    wire = await self._place.open()
                    await self._stay(wire)
                tries = 0 if self.is_up else tries
                self._set_up(False)
                waits = self._place.retry_s
                await asyncio.sleep(waits[min(tries, len(waits) - 1)])
                tries += 1
        finally:
            teller.cancel()

    async def _stay(self, wire: Wire) -> None:
        """Until the connection ends, or is silent for PATIENCE_S (TimeoutError)."""
        self._waiting.clear()
        self._waiting_bytes = 0
        sender = asyncio.create_task(self._send(wire))
        try:
            while text := await asyncio.wait_for(wire.receive(), PATIENCE_S):
                self._set_up(True)
                self._hear(text)
        finally:
            sender.cancel()
            await wire.close()

    def _hear(self, text: str | bytes) -> None:
        """Answers the greeting; all else is for the bridge."""
        found: object = None
        with suppress(ValueError, RecursionError):
            found = json.loads(text)
        if not isinstance(found, dict) or "event" not in found:
            self._on_message(text)
        elif found["event"] == "connection":
            self._queue(event("connection-reply"))

    def _queue(self, text: str) -> None:
        self._waiting.append(text)
        self._waiting_bytes += len(text)
        self._awake.set()

    async def _send(self, wire: Wire) -> None:
        """Sends what waits; a broken connection is noticed by the reading side."""
        with suppress(OSError, WebSocketException):
            while True:
                while self._waiting:
                    text = self._waiting.popleft()
                    self._waiting_bytes -= len(text)
                    await wire.send(text)
                self._awake.clear()
                await self._awake.wait()

    def _set_up(self, is_up: bool) -> None:
        changed, self.is_up = is_up != self.is_up, is_up
        if changed:
            self._on_engine(is_up)

    async def _tell(self) -> None:
        """A page that hears nothing would take its own link for dead."""
        while True:
            await asyncio.sleep(TELL_S)
            if not self.is_up:
                self._on_engine(False)
