"""Pedals are found by themselves, by real multicast DNS on the loopback."""

import json
import subprocess
import sys
import time

import pytest

from pedal.console import find
from pedal.console.find import Finder, Place, announced
from pedal.ports import udp_port
from tests.system.simulated_pedal import SimulatedPedal
from tests.system.stage import engine_missing

PATIENCE_S = 15.0


@pytest.fixture
def only_loopback(monkeypatch):
    """Nothing of a test goes to a network that this machine may be on."""
    real = find._zeroconf
    monkeypatch.setattr(find, "_zeroconf", lambda _: real("127.0.0.1"))


def found_by(finder: Finder, *ports: int) -> list[Place]:
    """Those on these ports; others may play on this machine too."""
    end_s = time.monotonic() + PATIENCE_S
    while True:
        places = [place for place in finder.places() if place.port in ports]
        if len(places) == len(ports) or time.monotonic() > end_s:
            return places
        time.sleep(0.05)


def test_an_announced_pedal_is_found():
    port = udp_port(0)
    with announced(port, on_network=False), Finder(loopback=True) as finder:
        places = found_by(finder, port)
    assert [(place.host, place.port) for place in places] == [("127.0.0.1", port)]
    assert places[0].name.endswith(f" {port}")
    assert not finder.trouble


def test_two_pedals_of_one_machine_are_two():
    one, other = udp_port(0), udp_port(0)
    with (
        Finder(loopback=True) as finder,
        announced(one, on_network=False),
        announced(other, on_network=False),
    ):
        assert len(found_by(finder, one, other)) == 2


@pytest.mark.usefixtures("only_loopback")
def test_nothing_but_the_loopback_is_told_unless_osc_is_open(monkeypatch):
    told = []

    def note(_: int, address: str) -> None:
        told.append(address)
        raise OSError("enough is known")

    monkeypatch.setattr(find, "_info", note)
    for on_network, address in [(False, "10.1.2.3"), (True, "10.1.2.3"), (True, "x.y")]:
        with announced(17565, on_network, address):
            pass
    assert told == ["127.0.0.1", "10.1.2.3", "127.0.0.1"]


def test_without_multicast_it_says_so(monkeypatch):
    def broken(*_: object) -> None:
        raise OSError(19, "No such device")

    monkeypatch.setattr(find, "_zeroconf", broken)
    with Finder() as finder:
        assert finder.places() == ()
        assert "No such device" in finder.trouble
        assert "--board HOST" in finder.trouble
    with announced(17566, on_network=True):  # the pedal plays on
        pass


CONSOLE = """
import sys
from rich.console import Console
from pedal.console import find, monitor
real = find._zeroconf
find._zeroconf = lambda _: real("127.0.0.1")
if "broken" in sys.argv:
    def broken(_): raise OSError(19, "No such device")
    find._zeroconf = broken
    monitor.OSC_PORT = int(sys.argv[2])
monitor.monitor(monitor.Options(seconds=6, as_json=True), Console(file=sys.stderr))
"""


def watched(*args: str) -> tuple[set[str], str]:
    """The names of the pedals that a console without --board reports on."""
    line = [sys.executable, "-c", CONSOLE, *args]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {row["pedal"] for row in rows}, done.stderr


def test_a_console_without_a_board_watches_what_it_finds():
    with (
        SimulatedPedal() as left,
        SimulatedPedal(boot_id="boot-2") as right,
        announced(left.port, on_network=False),
        announced(right.port, on_network=False),
    ):
        names, said = watched()
    found = {int(name.split()[-1]) for name in names if name.split()[-1].isdecimal()}
    assert found >= {left.port, right.port}, "others may be on this loopback too"
    assert said == ""


def test_a_console_without_multicast_watches_the_local_pedal():
    with SimulatedPedal() as local:
        names, said = watched("broken", str(local.port))
    assert names == {"127.0.0.1"}
    assert "cannot search this network (No such device)" in said


@pytest.mark.skipif(bool(engine_missing()), reason=engine_missing())
def test_a_laptop_pedal_announces_itself_and_ends_well(bank_folder):
    port = udp_port(0)
    line = [sys.executable, "-m", "pedal.cli", "run", "--bank", str(bank_folder)]
    line += ["--osc-port", str(port), "--gui-port", "0", "--seconds", "8"]
    with Finder(loopback=True) as finder:
        pedal = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        places = found_by(finder, port)
        out, said = pedal.communicate(timeout=60)
    assert [place.host for place in places] == ["127.0.0.1"]
    assert (pedal.returncode, b"Traceback" in said) == (0, False), (out, said)
