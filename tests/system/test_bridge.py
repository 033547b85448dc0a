"""The bridge with a real engine: hostile clients, slow ones, and restarts."""

import json
import random
import socket
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.helpers import write_bank
from tests.system.stage import engine_missing, hear, say, stage, wait_until

pytestmark = pytest.mark.skipif(bool(engine_missing()), reason=engine_missing())

STATE = ("boot_id", "revision", "request", "version", "bank", "effects", "effect")


@pytest.fixture(scope="module")
def pedal(tmp_path_factory):
    """One pedal for all tests that leave it whole."""
    bank = write_bank(tmp_path_factory.mktemp("bank") / "night-set")
    with stage(bank, effect="buzz") as found:
        yield found


def state(client) -> dict:
    say(client, "/state/get")
    values = hear(client, "/state")
    return dict(zip(STATE, values, strict=False)) | {"dropped": values[-1]}


def test_it_greets_as_bela_does(pedal):
    with pedal.client() as client:
        greeting = json.loads(client.recv(timeout=10))
        assert greeting == {"event": "connection", "projectName": "pedal"}
        client.send('{"event":"connection-reply"}')
        assert state(client)["bank"] == "night-set"


def test_an_intent_of_one_client_is_echoed_to_all(pedal):
    with pedal.client() as one, pedal.client() as other:
        say(one, "/effect/select", "hum", 77)
        assert hear(one, "/echo/effect")[2:] == [77, "hum"]
        assert hear(other, "/echo/effect")[2:] == [77, "hum"]
        say(other, "/effect/select", "buzz")
        assert hear(one, "/echo/effect")[3] == "buzz"


def test_a_footswitch_pressed_from_afar_is_a_footswitch(pedal):
    with pedal.client() as client:
        for on in (1, 0):  # the second press is the latch's other half
            say(client, "/footswitch", "bypass", 1)
            say(client, "/footswitch", "bypass", 0)
            assert hear(client, "/echo/bypass")[3] == on
        dropped = state(client)["dropped"]
        say(client, "/footswitch", "wah", 1)
        assert state(client)["dropped"] == dropped + 1


def test_an_unknown_effect_is_refused_by_the_engine(pedal):
    with pedal.client() as client:
        say(client, "/effect/select", "wah", 5)
        assert hear(client, "/echo/rejected")[2:4] == [5, "/effect/select"]


def test_the_data_channel_is_taken_and_ignored(pedal):
    with pedal.client("gui_data") as client:
        client.send(bytes(16))
        client.ping().wait(10)


def hostile_frames(count: int, seed: int = 0):
    """Frames that no client should send."""
    draw = random.Random(seed)
    good = '{"address":"/param/set","args":["level",-3.0]}'
    for _ in range(count):
        kind = draw.randrange(4)
        if kind == 0:
            yield draw.randbytes(draw.randrange(200))
        elif kind == 1:
            place = draw.randrange(len(good))
            yield good[:place] + chr(draw.randrange(32, 0x2FFF)) + good[place + 2 :]
        elif kind == 2:
            yield json.dumps({"address": "/bypass", "args": [draw.random() + 2] * 9})
        else:
            yield "[" * draw.randrange(4000)


def test_hostile_messages_are_counted_and_change_nothing(pedal):
    with pedal.client() as client, pedal.client() as hostile:
        before = state(client)
        dropped = pedal.health()["dropped"]
        for frame in hostile_frames(2000):
            hostile.send(frame)
        hostile.ping().wait(20)
        assert pedal.health()["dropped"] - dropped > 1900
        after = state(client)
        assert after["boot_id"] == before["boot_id"]


def test_a_frame_over_16_kb_ends_its_sender_only(pedal):
    with pedal.client() as client, pedal.client() as hostile:
        hostile.send("x" * 16385)
        with pytest.raises(ConnectionClosed) as closed:
            hear(hostile, "nothing")
        assert closed.value.rcvd.code == 1009
        assert state(client)["boot_id"]


def test_a_foreign_page_is_refused(pedal):
    with pytest.raises(InvalidStatus) as refused:
        pedal.client(origin="http://evil.example")
    assert refused.value.response.status_code == 403
    own = pedal.address.rstrip("/")
    with pedal.client(origin=own) as client:
        assert state(client)["boot_id"]


def get(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, headers=headers)
        ) as got:
            return got.status
    except urllib.error.HTTPError as error:
        return error.code


def test_the_page_is_served_and_nothing_else(pedal):
    assert get(pedal.address + "codec.js") == 200
    assert get(pedal.address + "bank.json") == 200
    assert get(pedal.address + "../pyproject.toml") == 404
    assert get(pedal.address + "%2e%2e/pyproject.toml") == 404
    assert get(pedal.address, Host="evil.example") == 403


@pytest.mark.parametrize(
    "noise",
    [
        b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /gui_control HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n",
        b"\x00" * 5000,
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 5000 + b"\r\n",
        b"GET /gui_control HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n",
    ],
)
def test_noise_on_the_port_harms_nobody(pedal, noise):
    with socket.create_connection(("127.0.0.1", pedal.page_port)) as plug:
        plug.sendall(noise)
        plug.settimeout(5)
        with suppress(OSError):
            assert b" 200 " not in plug.recv(4096)
    assert pedal.health()["engine"]


def memory_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def test_a_client_that_does_not_read_grows_no_queue(pedal):
    with pedal.client(max_queue=1), pedal.client() as quick:  # the first never reads
        before = memory_kib(pedal.bridge.pid)
        for number in range(600):
            say(quick, "/param/set", "tone", number % 12)
            hear(quick, "/echo/param")
            time.sleep(0.005)
        assert memory_kib(pedal.bridge.pid) - before < 4096
        assert state(quick)["boot_id"]


def test_meters_wait_for_the_acknowledgement(pedal):
    with pedal.client() as client:
        client.send('{"event":"ack"}')
        hear(client, "/meter")
        for _ in range(5):
            client.send('{"event":"ack"}')
            hear(client, "/meter", 2.0)


def test_a_restarted_engine_is_found_again(tmp_path):
    with stage(write_bank(tmp_path / "night-set")) as pedal, pedal.client() as client:
        before = state(client)["boot_id"]
        pedal.kill("engine")
        while hear(client, "engine")["up"]:
            pass
        pedal.start_engine("hum")
        assert hear(client, "engine", 2.0)["up"]
        assert state(client)["boot_id"] != before


def test_no_meter_comes_behind_the_word_that_the_engine_is_gone(tmp_path):
    with stage(write_bank(tmp_path / "night-set")) as pedal, pedal.client() as client:
        client.send('{"event":"ack"}')  # from now on meters wait for the next
        hear(client, "/meter")
        time.sleep(0.15)
        pedal.kill("engine")
        while hear(client, "engine")["up"]:
            pass
        heard = [json.loads(client.recv(timeout=5)) for _ in range(2)]
        assert [row.get("up") for row in heard] == [False, False]


def test_a_killed_bridge_leaves_the_sound_alone(tmp_path):
    with stage(write_bank(tmp_path / "night-set"), effect="hum") as pedal:
        with pedal.client() as client:
            say(client, "/bypass", 1)
            hear(client, "/echo/bypass")
            before = state(client)
        for _ in range(3):
            pedal.kill("bridge")
            pedal.start_bridge()
            wait_until(lambda: pedal.health().get("engine"))
        with pedal.client() as client:
            assert state(client) == before


def test_a_guest_on_the_network_sees_but_needs_the_pin_to_play(tmp_path):
    bank = write_bank(tmp_path / "night-set")
    with (
        stage(bank, pin="271828") as pedal,
        pedal.client(source_address=("127.0.0.2", 0)) as guest,
    ):
        assert hear(guest, "role")["role"] == "viewer"
        assert state(guest)["bank"] == "night-set"
        say(guest, "/bypass", 1)
        assert "read-only" in hear(guest, "refused")["reason"]
        guest.send('{"event":"pair","pin":"000000"}')
        hear(guest, "pair-refused")
        guest.send('{"event":"pair","pin":"271828"}')
        assert hear(guest, "role")["role"] == "player"
        say(guest, "/bypass", 1)
        assert hear(guest, "/echo/bypass")[3] == 1


def test_a_crowd_from_the_network_shuts_nobody_out(tmp_path):
    bank = write_bank(tmp_path / "night-set")
    with stage(bank, pin="271828") as pedal, ExitStack() as open_sockets:
        refused = []
        for number in range(80):
            source = (f"127.0.0.{2 + number % 8}", 0)
            try:
                client = pedal.client("gui_data", source_address=source)
                open_sockets.enter_context(client)
            except InvalidStatus as answer:
                refused.append(answer.response.status_code)
        assert refused == [503] * (80 - 24)
        with pedal.client() as client:
            assert hear(client, "role")["role"] == "player"
            assert state(client)["bank"] == "night-set"
