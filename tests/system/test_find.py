"""Pedals are found by themselves, by real multicast DNS on the loopback."""

import json
import subprocess
import sys
import time

import pytest

from pedal.console import find
from pedal.console.find import Finder, Place, announced
from tests.system.simulated_pedal import SimulatedPedal

PATIENCE_S = 15.0


@pytest.fixture
def only_loopback(monkeypatch):
    """Nothing of a test goes to a network that this machine may be on."""
    real = find._zeroconf
    monkeypatch.setattr(find, "_zeroconf", lambda _: real("127.0.0.1"))


def found_by(finder: Finder, *ports: int) -> list[Place]:
    """The pedals at these ports; others may play on this machine too."""
    end_s = time.monotonic() + PATIENCE_S
    found: list[Place] = []
    while len(found) < len(ports) and time.monotonic() < end_s:
        time.sleep(0.05)
        found = [place for place in finder.places() if place.port in ports]
    return found


def test_an_announced_pedal_is_found():
    with announced(17562, on_network=False), Finder(loopback=True) as finder:
        places = found_by(finder, 17562)
    assert [(place.host, place.port) for place in places] == [("127.0.0.1", 17562)]
    assert places[0].name.endswith(" 17562")
    assert not finder.trouble


def test_two_pedals_of_one_machine_are_two():
    with (
        Finder(loopback=True) as finder,
        announced(17563, on_network=False),
        announced(17564, on_network=False),
    ):
        ports = {place.port for place in found_by(finder, 17563, 17564)}
    assert ports == {17563, 17564}


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


def test_a_name_that_cannot_be_does_not_end_the_search():
    with Finder(loopback=True) as finder:
        network = finder._zeroconf
        for name in ("a\x1b[2J." + find.KIND, "x._http._tcp.local."):
            finder.add_service(network, find.KIND, name)  # as its thread does
        assert finder.places() == ()
    info = find._info(17566, "127.0.0.1")
    place = find._place(info, "a\x9b2J\u202e." + find.KIND)
    assert place == Place("a?2J?", "127.0.0.1", 17566)


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
