"""The bridge: browsers on one side, an engine's control channel on the other.

A process of its own, so that nothing a browser does can touch audio. Speaks Bela's Gui
protocol (/gui_control and /gui_data) and serves gui/ on the same port. The engine may
also be a board's (see upstream.py).
"""

import argparse
import asyncio
import json
import logging
import os
import signal
import socket
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers, MultipleValuesError
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from pedal.engine import find_bank
from pedal.errors import LinkError, PedalError, ProtocolError, UsageError
from pedal.messages import read
from pedal.pages import Answer, Pages, is_own_host, is_own_origin
from pedal.paths import GUI
from pedal.upstream import Laptop, Place, Upstream
from pedal.visitors import Pairing, Role, Visitor, event, message

FRAME_BYTES = 16384  # of a client, as Bela's own server
MOST_CLIENTS = 32
KEPT_CLIENTS = 8  # of these for who sits at the pedal itself
MOST_OF_ONE = 6  # sockets of one address on the network
SOCKET_BYTES = 16384  # kept by the system for a slow client
OPEN_S = 5.0  # a client that has not said all of its request by then is let go
BEAT_S = 0.5  # between two signs of life to who started it
PROJECT = "pedal"
LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class Options:
    """port: of the page. engine: where its engine is.

    pin "" keeps the bridge on loopback, any other opens it to the network. beat: a byte
    to stdout every BEAT_S.
    """

    port: int
    engine: Place
    bank: Path | None = None
    pin: str = ""
    secret: str = ""
    beat: bool = False


class Bridge:
    """All clients, and the one line to the engine."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._pairing = Pairing(options.pin, options.secret or os.urandom(16).hex())
        local = isinstance(options.engine, Laptop)  # a board's banks lie there
        find = find_bank if local else lambda _: None
        self._pages = Pages(GUI, options.bank, find)
        self._visitors: dict[Visitor, asyncio.Event] = {}
        self._sockets: Counter[str] = Counter()  # by address
        self._engine = Upstream(options.engine, self._hear_engine, self._tell_engine)
        self._heard = 0  # frames of clients
        self._dropped = 0  # of clients that have gone, and of the engine

    async def run(self, stop: asyncio.Event) -> None:
        """Serves until `stop`. Raises LinkError when the port is taken."""
        host = "0.0.0.0" if self._options.pin else LOOPBACK[0]
        logging.getLogger("websockets").setLevel(logging.CRITICAL)
        server = serve(
            self._serve,
            host,
            self._options.port,
            process_request=self._http,
            open_timeout=OPEN_S,
            max_size=FRAME_BYTES,
            write_limit=SOCKET_BYTES,
            compression=None,
            server_header=None,
        )
        try:
            async with server:
                tasks = [asyncio.create_task(self._engine.follow())]
                if self._options.beat:
                    tasks.append(asyncio.create_task(_beat()))
                await stop.wait()
                for task in tasks:
                    task.cancel()
        except OSError as cause:
            raise LinkError(
                f"port {self._options.port}: expected a free TCP port, found it taken "
                f"({cause.strerror}); use --gui-port 0"
            ) from cause

    def _tell_engine(self, is_up: bool) -> None:
        """Tells all clients whether there is an engine.

        No meter may come behind the word that it is gone: a page takes it for a return.
        """
        if not is_up:
            for visitor in self._visitors:
                visitor.outbox.put_meter("")
        self._tell_all(event("engine", up=is_up))

    def _hear_engine(self, text: str | bytes) -> None:
        """What the engine says to every client, a meter only as the latest."""
        try:
            found = json.loads(text)
            reading = read(found["address"], found["args"], to="clients")
        except (ValueError, TypeError, KeyError, RecursionError, ProtocolError):
            self._dropped += 1
            return
        self._tell_all(message(reading.address, reading.args), reading.address)

    def _tell_all(self, text: str, address: str = "") -> None:
        for visitor, awake in self._visitors.items():
            if address == "/meter":
                visitor.outbox.put_meter(text)
            else:
                visitor.outbox.put(text)
            awake.set()

    def _http(self, connection: ServerConnection, request: Request) -> Response | None:
        """None lets a WebSocket through; all else is answered here."""
        try:
            host = request.headers.get("Host", "")
            origin = request.headers.get("Origin")
            known = request.headers.get("If-None-Match", "")
            path = urlsplit(request.path).path
        except (ValueError, MultipleValuesError):
            return _response(Answer(400, {}, b"no such request\n"))
        if not is_own_host(host):
            return _response(Answer(403, {}, b"this pedal has another name\n"))
        if path in ("/gui_control", "/gui_data"):
            if not is_own_origin(origin, host):
                return _response(Answer(403, {}, b"foreign page\n"))
            if not self._has_room(_address(connection)):
                return _response(Answer(503, {}, b"too many clients\n"))
            return None
        if path == "/health":
            return _response(self._health())
        return _response(self._pages.get(path, host, known))

    def _has_room(self, address: str) -> bool:
        """Strangers shut out neither each other nor who sits at the pedal."""
        total = self._sockets.total()
        if address in LOOPBACK or not self._options.pin:
            return total < 2 * MOST_CLIENTS
        of_one = self._sockets[address]
        near = sum(self._sockets[own] for own in LOOPBACK)
        return of_one < MOST_OF_ONE and total - near < MOST_CLIENTS - KEPT_CLIENTS

    def _health(self) -> Answer:
        """Counts, for a tech and for the tests."""
        dropped = self._dropped + sum(visitor.dropped for visitor in self._visitors)
        table = {"engine": self._engine.is_up, "clients": len(self._visitors)}
        table |= {"heard": self._heard, "dropped": dropped}
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        return Answer(200, headers, json.dumps(table).encode())

    async def _serve(self, connection: ServerConnection) -> None:
        """One WebSocket, from its handshake to its end."""
        address = _address(connection)
        self._sockets[address] += 1
        try:
            path = urlsplit(connection.request.path if connection.request else "").path
            if path == "/gui_data":
                async for _ in connection:
                    pass  # Bela's binary channel; this pedal has no use for it
            else:
                await self._control(connection)
        except ConnectionClosed:
            pass
        finally:
            self._sockets[address] -= 1
            self._sockets += Counter()  # without those that are at none

    async def _control(self, connection: ServerConnection) -> None:
        """One client of /gui_control."""
        if len(self._visitors) >= MOST_CLIENTS:
            await connection.close(1013, "too many clients")
            return
        plug = connection.transport.get_extra_info("socket")
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BYTES)
        address = _address(connection)
        near = address in LOOPBACK or not self._options.pin
        role = Role.PLAYER if near else Role.VIEWER
        visitor = Visitor(role, self._pairing, time.monotonic(), address)
        awake = asyncio.Event()
        visitor.outbox.put(event("connection", projectName=PROJECT))
        visitor.outbox.put(event("role", role=role.value))
        visitor.outbox.put(event("engine", up=self._engine.is_up))
        awake.set()
        self._visitors[visitor] = awake
        sender = asyncio.create_task(_send(connection, visitor, awake))
        try:
            async for frame in connection:
                self._hear(visitor, frame)
                awake.set()
        finally:
            sender.cancel()
            del self._visitors[visitor]
            self._dropped += visitor.dropped

    def _hear(self, visitor: Visitor, frame: str | bytes) -> None:
        """One frame of a client: to the engine, answered, or counted."""
        self._heard += 1
        verdict = visitor.hear(frame, time.monotonic())
        if verdict.reply:
            visitor.outbox.put(verdict.reply)
        if verdict.forward and not self._engine.send(verdict.forward):
            visitor.dropped += 1


async def _send(
    connection: ServerConnection, visitor: Visitor, awake: asyncio.Event
) -> None:
    """Sends what a client is owed, no faster than its socket drains."""
    with suppress(ConnectionClosed):
        while True:
            text = visitor.outbox.take(time.monotonic())
            if text is not None:
                await connection.send(text)
            else:
                awake.clear()
                await awake.wait()


def _address(connection: ServerConnection) -> str:
    """Where a client comes from; "" where it has gone already."""
    return str((connection.remote_address or ("",))[0])


async def _beat() -> None:
    """Tells who started us that this loop turns; nobody need listen."""
    out = sys.stdout.fileno()
    os.set_blocking(out, False)
    while True:
        with suppress(OSError):
            os.write(out, b".")
        await asyncio.sleep(BEAT_S)


def _response(answer: Answer) -> Response:
    headers = Headers(answer.headers)
    headers["Content-Length"] = str(len(answer.body))
    headers["Connection"] = "close"
    phrase = HTTPStatus(answer.status).phrase
    return Response(answer.status, phrase, headers, answer.body)


def _options(words: list[str]) -> Options:
    """The command line; PIN and secret come by the environment, out of `ps`."""
    parser = argparse.ArgumentParser(prog="pedal.bridge", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--engine-port", type=int, required=True)
    parser.add_argument("--bank", type=Path)
    parser.add_argument("--listen", action="store_true")
    parser.add_argument("--beat", action="store_true")
    found = parser.parse_args(words)
    pin = os.environ.get("PEDAL_PIN", "")
    if found.listen and len(pin) < 6:
        raise UsageError("--listen: expected a PIN of 6 digits in PEDAL_PIN")
    secret = os.environ.get("PEDAL_SECRET", "")
    shown = pin if found.listen else ""
    engine = Laptop(found.engine_port)
    return Options(found.port, engine, found.bank, shown, secret, found.beat)


async def serve_until_stopped(options: Options) -> None:
    """Serves until SIGINT or SIGTERM. Raises LinkError when the port is taken."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await Bridge(options).run(stop)


def main() -> int:
    """The process."""
    try:
        asyncio.run(serve_until_stopped(_options(sys.argv[1:])))
    except PedalError as error:
        print(f"pedal: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
