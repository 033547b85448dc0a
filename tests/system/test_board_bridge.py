"""The bridge before a board: another pedal's WebSocket, and one that is as Bela's."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from tests.helpers import write_bank
from tests.system.stage import (
    Page,
    ending,
    engine_missing,
    free_port,
    hear,
    say,
    stage,
    wait_until,
)

needs_engine = pytest.mark.skipif(bool(engine_missing()), reason=engine_missing())
PEDAL = [sys.executable, "-m", "pedal.cli"]


@contextmanager
def bridge_before(port: int, *options: str) -> Iterator[Page]:
    """`pedal bridge` with a board's Gui at this port of this machine."""
    page = Page()
    words = ["--board", "127.0.0.1", "--board-port", str(port)]
    words += ["--gui-port", str(page.page_port), *options]
    pipe = subprocess.DEVNULL
    process = subprocess.Popen([*PEDAL, "bridge", *words], stdout=pipe)
    with ending(process):
        wait_until(page.health)
        yield page


class BelaServer:
    """Bela's own Gui server: greets everybody at each connection, hears JSON, no more.

    heard: what clients sent. meters: the boot id of the meters that it sends 20 times a
    second, "" for none. Source: libraries/Gui of Bela 1.13.
    """

    def __init__(self, port: int) -> None:
        self.heard: list[dict] = []
        self.meters = "b0a4d"
        self._clients: set[ServerConnection] = set()
        self._server: Server = serve(
            self._talk,
            "127.0.0.1",
            port,
            process_request=self._only_sockets,
            max_size=16384,
            compression=None,
        )
        self._ending = threading.Event()
        for work in (self._server.serve_forever, self._send_meters):
            threading.Thread(target=work, daemon=True).start()

    def close(self) -> None:
        self._ending.set()
        self._server.shutdown()
        for client in list(self._clients):
            with suppress(OSError, ConnectionClosed):
                client.close()

    def send(self, message: dict) -> None:
        for client in list(self._clients):
            with suppress(OSError, ConnectionClosed):
                client.send(json.dumps(message))

    def _only_sockets(self, connection, request):
        if request.path in ("/gui_control", "/gui_data"):
            return None
        return connection.respond(HTTPStatus.NOT_FOUND, "")

    def _talk(self, client: ServerConnection) -> None:
        self._clients.add(client)
        self.send({"event": "connection", "projectName": "pedal"})
        with suppress(ConnectionClosed):
            for frame in client:
                with suppress(ValueError):
                    self.heard.append(json.loads(frame))
        self._clients.discard(client)

    def _send_meters(self) -> None:
        while not self._ending.wait(0.05):
            if self.meters:
                levels = [-20.0, -12.0, 30.0, 40.0, 1000, 0, 0]
                args = [self.meters, 1, 0, *levels]
                self.send({"address": "/meter", "args": args})


@pytest.fixture
def board() -> Iterator[tuple[BelaServer, int]]:
    port = free_port()
    server = BelaServer(port)
    yield server, port
    server.close()


def test_it_shakes_hands_with_belas_own_server(board):
    server, port = board
    with bridge_before(port) as page, page.client() as client:
        wait_until(lambda: page.health()["engine"])
        wait_until(lambda: {"event": "connection-reply"} in server.heard)
        say(client, "/bypass", 1.0, 5)
        wait_until(lambda: {"address": "/bypass", "args": [1, 5]} in server.heard)
        server.send({"address": "/echo/bypass", "args": ["b0a4d", 2, 5, 1]})
        assert hear(client, "/echo/bypass") == ["b0a4d", 2, 5, 1]
        assert hear(client, "/meter")[3:5] == [-20.0, -12.0]


def test_every_greeting_is_answered(board):
    server, port = board
    with bridge_before(port) as page:
        wait_until(lambda: page.health()["engine"])
        answered = server.heard.count({"event": "connection-reply"})
        server.send({"event": "connection"})  # another browser has come to the board
        reply = {"event": "connection-reply"}
        wait_until(lambda: server.heard.count(reply) == answered + 1)


def test_what_a_board_says_is_checked_and_counted(board):
    server, port = board
    with bridge_before(port) as page, page.client() as client:
        wait_until(lambda: page.health()["engine"])
        before = page.health()["dropped"]
        server.send({"event": "set-slider", "name": "of another project"})
        server.send({"address": "/echo/bypass", "args": ["b0a4d", 2]})
        server.send({"address": "/bypass", "args": [1]})
        server.send(["no", "message"])
        wait_until(lambda: page.health()["dropped"] == before + 3)
        hear(client, "/meter")


def test_a_board_that_says_nothing_is_told_within_3_s(board):
    server, port = board
    with bridge_before(port) as page, page.client() as client:
        wait_until(lambda: page.health()["engine"])
        told_s: list[float] = []
        while not told_s or (min(told_s) >= 3.0 and len(told_s) < 3):
            hear(client, "/meter")
            server.meters = ""
            silent_s = time.monotonic()
            while hear(client, "engine")["up"]:
                pass
            told_s.append(time.monotonic() - silent_s)
            server.meters = "b0a4d"
            while not hear(client, "engine")["up"]:
                pass
        print(f"silence told after {told_s} s")
        assert 1.5 < min(told_s) < 3.0  # in one of three the machine had time for us


def test_a_page_without_its_board_hears_so_every_second():
    with bridge_before(free_port()) as page, page.client() as client:
        start_s = time.monotonic()
        for _ in range(3):
            assert not hear(client, "engine")["up"]
        assert time.monotonic() - start_s < 6.0


@needs_engine
def test_a_cut_line_to_a_pedal_comes_back(tmp_path):
    with (
        stage(write_bank(tmp_path / "night-set"), effect="buzz") as pedal,
        bridge_before(pedal.page_port) as page,
        page.client() as client,
    ):
        wait_until(lambda: page.health()["engine"])
        for effect in ("hum", "buzz", "hum"):
            say(client, "/effect/select", effect, 7)
            assert hear(client, "/echo/effect")[2:] == [7, effect]
            pedal.kill("bridge")
            while hear(client, "engine")["up"]:
                pass
            pedal.start_bridge()
            while not hear(client, "engine")["up"]:
                pass
        say(client, "/state/get")
        assert hear(client, "/state")[6] == "hum"


@needs_engine
def test_the_front_door_has_the_same_lock(tmp_path):
    bank = write_bank(tmp_path / "night-set")
    with stage(bank) as pedal, bridge_before(pedal.page_port, "--listen") as page:
        wait_until(lambda: page.health()["engine"])
        with page.client(source_address=("127.0.0.2", 0)) as guest:
            assert hear(guest, "role")["role"] == "viewer"
            say(guest, "/bypass", 1)
            assert "read-only" in hear(guest, "refused")["reason"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--board", "bad/host"], "pedal: --board: expected a name or an address"),
        (["--board", "b", "--board-port", "0"], "pedal: --board-port: expected 1"),
    ],
)
def test_a_board_that_cannot_be_meant_is_one_line(words, says):
    command = [*PEDAL, "bridge", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(says)
    assert done.stderr.count("\n") == 1
