"""`pedal monitor` in a real terminal at a real engine, against a kept capture.

PEDAL_SCREENS=keep takes the capture anew; look at it before you commit it.
"""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pedal.demo import demo_file
from pedal.engine import Settings, command
from pedal.link import Link
from pedal.paths import FACTORY_BANK
from tests.system.stage import ending, engine_missing
from tests.system.terminal import NO_TMUX, Terminal
from tests.system.test_monitor import MONITOR

KEPT = Path(__file__).parent / "screens" / "monitor-80x24.txt"
MISSING = engine_missing() or NO_TMUX
LOG_LINES = slice(-3, -1)  # what happened before differs from run to run

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)


@contextmanager
def engine() -> Iterator[int]:
    """An engine that plays the demo loop; its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(FACTORY_BANK, osc_port=port, allow_faults=True)
    process = subprocess.Popen(
        command(128, "demo", ["--in", str(demo_file())]),
        env=settings.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with ending(process):
        yield port


@pytest.fixture
def terminal(tmp_path) -> Iterator[Terminal]:
    """A console at 80x24 that watches an engine, and the engine's port."""
    with engine() as port:
        line = [*MONITOR, "--board", f"127.0.0.1:{port}"]
        with Terminal(tmp_path, line) as found:
            found.port = port
            found.wait_for("screamer ON")
            yield found


def masked(screen: str) -> list[str]:
    """A screen without what differs from moment to moment, or from laptop to laptop."""
    lines = screen.rstrip("\n").split("\n")
    lines[1:4] = [line[:62] for line in lines[1:4]]
    del lines[LOG_LINES]
    for pattern, sign in (
        (r"\d+", "0"),
        (r"[█░│┃]{8,}", "░"),
        (r"0, (never|0(\.0)? \w+ ago)", "0, never"),  # once the machine was busy
        (r"temperature (none|0 C)", "temperature"),
        (r"[·▁▂▃▄▅▆▇█]{8,}", "▁"),
    ):
        lines = [re.sub(pattern, sign, line) for line in lines]
    return [re.sub(r" +", " ", line).rstrip() for line in lines]


def test_the_whole_screen_is_as_the_kept_capture(terminal):
    screen = terminal.wait_for(
        lambda text: (
            "CONNECTED" in text and "signal flows" in text and " 0 now" not in text
        )
    )
    if os.environ.get("PEDAL_SCREENS") == "keep":
        KEPT.write_text(screen, encoding="utf-8")
    kept = masked(KEPT.read_text(encoding="utf-8"))

    def is_kept(text: str) -> bool:
        if " not seen" in text:  # an alarm of a machine that does something else too
            terminal.press("a")
        return masked(text) == kept

    terminal.wait_for(is_kept)
    lines = terminal.text().rstrip("\n").split("\n")
    assert len(lines) == 24
    assert max(map(len, lines)) <= 80


def test_the_capture_is_in_colour(terminal):
    assert re.search(r"\x1b\[[0-9;]*32m", terminal.styled()), "no green for OK"


def test_the_keys_control_the_engine(terminal):
    for key, shown in (
        ("Space", "screamer BYPASS"),
        ("n", "blues BYPASS"),
        ("Space", "blues ON"),
        ("Right", "rodent ON"),
        ("N", "blues ON"),
    ):
        terminal.press(key)
        terminal.wait_for(shown)
    with Link("127.0.0.1", terminal.port) as link:
        assert link.ask("/state/get").named()["effect"] == "blues"
    terminal.press("q")
    terminal.wait_for("exit 0")


def test_presets_are_stepped_and_shown_by_name(terminal):
    with Link("127.0.0.1", terminal.port) as link:
        link.ask("/preset/save", ["verse", "Verse one"])
        link.ask("/preset/save", ["solo", "Solo two"])
    terminal.wait_for("preset Solo two")
    terminal.press("P")
    terminal.wait_for("preset Verse one")
    terminal.press("p")
    terminal.wait_for("preset Solo two")


def test_a_broken_model_is_an_alarm_until_it_is_seen(terminal):
    with Link("127.0.0.1", terminal.port) as link:
        link.send("/fault/inject", "nan")
    text = terminal.wait_for(" nan: ")
    assert "do: play on" in text
    terminal.press("a")
    terminal.wait_for(lambda text: "not seen" not in text or " 0 not seen" in text)
