"""The command `pedal` with the real engine: plays, answers, and ends well."""

import os
import pty
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from pedal.children import WORKING_S, BridgeProcess, Kept, start
from pedal.errors import PedalError, RejectedError
from pedal.link import Link
from pedal.silence import Silence
from tests.system.stage import engine_missing, wait_until

PEDAL = [sys.executable, "-m", "pedal.cli"]
PATIENCE_S = 60.0  # for what has no bound of its own, as the start of `pedal run`
TAKES = 3  # of a bound in seconds: in one of them the machine has time for us

pytestmark = pytest.mark.skipif(bool(engine_missing()), reason=engine_missing())


def heed_interrupts() -> None:
    """In the child: a shell's background jobs, and so their children, ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def playing(
    bank: Path, *options, stdin: int | None = None
) -> Iterator[tuple[subprocess.Popen, int]]:
    """A pedal that plays, and its OSC port. stdin: a terminal's, for keys."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*PEDAL, "run", "--bank", str(bank), "--osc-port", str(port), *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command,
        stdin=stdin,
        stdout=pipe,
        stderr=pipe,
        text=True,
        preexec_fn=heed_interrupts,
    ) as process:
        try:
            yield process, port
        finally:
            process.kill()


def wait_for(link: Link, **wanted) -> dict:
    """Asks for the state until it is as wanted."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        try:
            state = link.ask("/state/get", timeout_s=0.2).named()
        except PedalError:
            continue
        if all(state[name] == value for name, value in wanted.items()):
            return state
        time.sleep(0.05)
    raise AssertionError(f"the engine never reached {wanted}")


def test_intents_are_echoed_to_the_asker(bank_folder):
    with playing(bank_folder) as (_, port), Link(port=port) as link:
        wait_for(link, effect="buzz", fault="none")
        assert link.ask("/effect/select", ["hum"]).named()["id"] == "hum"
        assert link.ask("/bypass", [1]).named()["on"] == 1
        assert link.ask("/model/block", [16]).named()["frames"] == 16
        echo = link.ask("/param/set", ["level", -3.0]).named()
        assert (echo["id"], echo["value"]) == ("level", -3.0)
        with pytest.raises(RejectedError):
            link.ask("/effect/select", ["wah"])
        wait_for(link, effect="hum", bypass=1, block=16, delay=15, level=-3.0)


def told(link: Link, address: str, count: int) -> list:
    """The last argument of the next `count` messages of this address."""
    found: list = []
    deadline_s = time.monotonic() + 20
    while len(found) < count and time.monotonic() < deadline_s:
        reading = link.receive(0.2)
        if reading is not None and reading.address == address:
            found.append(reading.args[-1])
    return found


def change_map(link: Link, *row: str) -> None:
    """Asks for a row of the foot map; it holds as soon as no switch is held."""
    link.ask("/gesture/set", list(row))
    time.sleep(0.2)  # a tap is 20 ms and its bounce


def test_space_and_n_tap_the_footswitches_under_any_map(bank_folder):
    far, near = pty.openpty()
    with (
        playing(bank_folder, stdin=near) as (_, port),
        Link(port=port) as link,
    ):
        wait_for(link, effect="buzz", fault="none", bypass=0)
        os.write(far, b"  ")  # both in one read
        assert told(link, "/echo/bypass", 2) == [1, 0]
        tones = ("/param/set tone 3", "/param/set tone -3")
        change_map(link, "", "latch", "bypass", *tones)
        os.write(far, b"  ")
        assert told(link, "/echo/param", 2) == [3.0, -3.0]
        link.ask("/preset/save", ["verse", ""])
        change_map(link, "verse", "press", "effect", "/effect/clean", "")
        os.write(far, b"n")
        assert told(link, "/echo/effect", 1) == ["clean"]
    os.close(far)
    os.close(near)


def test_ctrl_c_ends_with_the_summary(bank_folder):
    with playing(bank_folder) as (process, port), Link(port=port) as link:
        wait_for(link, fault="none")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
        assert process.returncode == 0, err
        assert "underruns    0" in out
        assert "block time   p50" in out


def test_a_run_ends_by_itself(bank_folder):
    with playing(bank_folder, "--seconds", "1") as (process, _):
        out, err = process.communicate(timeout=20)
        assert process.returncode == 0, err
        assert "delay" in out


def test_a_broken_bank_plays_dry_with_an_alarm(bank_folder):
    (bank_folder / "hum-1.json").unlink()
    with (
        playing(bank_folder, "--seconds", "2") as (process, port),
        Link(port=port) as link,
    ):
        wait_for(link, fault="no-bank")
        out, err = process.communicate(timeout=20)
        assert process.returncode == 0, err
        assert "hum-1.json: expected a file, found nothing; playing dry" in out


def test_what_cannot_be_saved_is_told_once(bank_folder, tmp_path):
    data = tmp_path / "pedal-data"  # of PEDAL_DATA
    with playing(bank_folder) as (process, port), Link(port=port) as link:
        wait_for(link, fault="none")
        data.rename(tmp_path / "away")
        data.write_text("no folder")
        link.ask("/preset/save", ["verse", ""])
        time.sleep(2.0)
        for _ in range(3):
            link.ask("/state/get")  # tells it again
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=10)
    assert out.count("alarm: not-saved: ") == 1, out
    assert "ALARM" not in out


def test_a_busy_port_is_one_line(bank_folder):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = str(other.getsockname()[1])
        command = [*PEDAL, "run", "--bank", str(bank_folder), "--osc-port", port]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"pedal: port {port}: expected a free UDP port")
    assert done.stderr.count("\n") == 1


def child(process: subprocess.Popen, name: str) -> int:
    """The process id of `pedal run`'s engine or bridge, 0 where it has none now."""
    with suppress(OSError):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        for number in children.read_text().split():
            if name in Path(f"/proc/{number}/cmdline").read_text():
                return int(number)
    return 0


def test_a_killed_engine_is_back_within_2_s_in_its_last_state(bank_folder):
    assert any(s_to_be_back(bank_folder) < 2.0 for _ in range(TAKES))


def s_to_be_back(bank_folder: Path) -> float:
    """Kills an engine, and finds it in its last state after these seconds."""
    last = {"effect": "hum", "bypass": 1, "block": 16, "level": -3.0, "tone": 2.5}
    with playing(bank_folder) as (process, port), Link(port=port) as link:
        before = wait_for(link, fault="none")["boot_id"]
        link.ask("/effect/select", ["hum"])
        link.ask("/bypass", [1])
        link.ask("/model/block", [16])
        link.ask("/param/set", ["tone", 2.5])
        link.ask("/preset/save", ["verse", "Verse"])
        link.ask("/preset/save", ["solo", "Solo"])
        link.ask("/preset/load", ["verse"])
        link.ask("/param/set", ["level", -3.0])
        time.sleep(0.3)  # `pedal run` hears the echoes too
        os.kill(child(process, "pedal-engine"), signal.SIGKILL)
        killed_s = time.monotonic()
        after = wait_for(link, fault="none", **last)
        back_s = time.monotonic() - killed_s
        assert after["boot_id"] != before
        presets = link.ask("/presets/get").named()
        told = (presets["ids"], presets["current"], presets["unsaved"])
        assert told == ("verse,solo", "verse", 1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 0, err
    assert "alarm: the engine was killed by signal 9" in out
    print(f"a killed engine is back after {back_s:.2f} s")
    return back_s


def test_a_model_block_that_is_asked_for_goes_before_the_last_one(bank_folder):
    for asked, block in ("16", 16), ("", 16), ("1", 1):
        options = ["--model-block", asked] if asked else []
        with playing(bank_folder, *options) as (process, port), Link(port=port) as link:
            wait_for(link, fault="none", block=block)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=10)


def test_a_hung_engine_is_noticed_and_back_in_its_last_state(bank_folder):
    takes = (s_of_a_hang(bank_folder) for _ in range(TAKES))
    assert any(noticed_s < 4.0 and back_s < 2.0 for noticed_s, back_s in takes)


def s_of_a_hang(bank_folder: Path) -> tuple[float, float]:
    """Stops an engine; until that is noticed, and until it is back from then on."""
    last = {"effect": "hum", "block": 16, "tone": 2.5}
    with playing(bank_folder) as (process, port), Link(port=port) as link:
        before = wait_for(link, fault="none")["boot_id"]
        link.ask("/effect/select", ["hum"])
        link.ask("/model/block", [16])
        link.ask("/param/set", ["tone", 2.5])
        time.sleep(0.3)  # `pedal run` hears the echoes too
        engine = child(process, "pedal-engine")
        os.kill(engine, signal.SIGSTOP)
        hung_s = time.monotonic()
        noticed_s = wait_until(lambda: child(process, "pedal-engine") != engine)
        after = wait_for(link, fault="none", **last)
        back_s = time.monotonic() - hung_s - noticed_s
        print(f"hang noticed after {noticed_s:.2f} s, back {back_s:.2f} s later")
        assert noticed_s > 1.9
        assert after["boot_id"] != before
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 0, err
    assert "alarm: the engine said nothing for 2 s; started again" in out
    return noticed_s, back_s


def test_one_that_says_nothing_but_computes_gets_more_patience():
    deaths = []

    def begin() -> subprocess.Popen:
        return start([sys.executable, "-c", "while True: pass"], os.environ)

    kept = Kept(begin, lambda death: deaths.append(death), Silence())
    kept.silence.heard()
    wait_until(lambda: not kept.turn(), 60.0)  # slowly, where the machine is busy
    (death,) = deaths
    assert death.code == -signal.SIGKILL
    assert WORKING_S < death.silent_s < WORKING_S + 1.0


def test_a_page_that_cannot_be_served_is_told_once(bank_folder):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        bridge = BridgeProcess(port, 9, bank_folder, "")
        other.listen()
        alarms = []
        wait_until(lambda: alarms.append(bridge.turn()) or alarms[-1])
        bridge.stop()
    assert alarms[-1].startswith(f"the page cannot be served: port {port}: expected a")


def test_a_console_that_was_stopped_itself_takes_nobody_for_hung(bank_folder):
    options = ("--gui-port", "0")
    with playing(bank_folder, *options) as (process, port), Link(port=port) as link:
        boot_id = wait_for(link, fault="none")["boot_id"]
        wait_until(lambda: child(process, "pedal.bridge"))
        children = [child(process, name) for name in ("pedal-engine", "pedal.bridge")]
        for number in (process.pid, *children):  # as a suspended laptop does
            os.kill(number, signal.SIGSTOP)
        time.sleep(4.0)
        for number in (process.pid, *children):
            os.kill(number, signal.SIGCONT)
        time.sleep(3.0)
        assert wait_for(link, fault="none")["boot_id"] == boot_id
        assert children[1] == child(process, "pedal.bridge")


def test_an_engine_that_keeps_dying_is_one_line(bank_folder):
    with playing(bank_folder) as (process, port), Link(port=port) as link:
        wait_for(link, fault="none")
        dead = 0
        while process.poll() is None:
            number = child(process, "pedal-engine")
            if number not in (0, dead):
                os.kill(number, signal.SIGKILL)
                dead = number
            time.sleep(0.05)
        _, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert err.startswith("pedal: the engine was killed by signal 9")
    assert err.count("\n") == 1


def page(address: str) -> int:
    with suppress(OSError), urllib.request.urlopen(address, timeout=2) as answer:
        return answer.status
    return 0


def within(seconds: float) -> float:
    """A bound for what starts a bridge, longer where the machine is busy elsewhere."""
    began_s = time.monotonic()
    command = [sys.executable, "-c", "import pedal.bridge"]
    subprocess.run(command, check=True, start_new_session=True)
    return max(seconds, 3 * (time.monotonic() - began_s))


def test_a_killed_bridge_is_back_within_2_s(bank_folder):
    options = ("--gui-port", "0")
    with playing(bank_folder, *options) as (process, port), Link(port=port) as link:
        address = process.stdout.readline().split()[1]
        boot_id = wait_for(link, fault="none")["boot_id"]
        while not page(address + "codec.js"):
            time.sleep(0.05)
        time.sleep(2.0)  # a bridge that had lived a while
        os.kill(child(process, "pedal.bridge"), signal.SIGKILL)
        killed_s = time.monotonic()
        wait_until(lambda: page(address + "codec.js"), 60.0)
        assert time.monotonic() - killed_s < within(2.0)
        assert wait_for(link, fault="none")["boot_id"] == boot_id
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=10)
    assert "alarm: the bridge was killed by signal 9; started again" in out


def test_a_hung_bridge_is_noticed_and_back(bank_folder):
    options = ("--gui-port", "0")
    with playing(bank_folder, *options) as (process, port), Link(port=port) as link:
        address = process.stdout.readline().split()[1]
        boot_id = wait_for(link, fault="none")["boot_id"]
        wait_until(lambda: page(address + "codec.js"), 60.0)
        time.sleep(2.0)  # a bridge that had lived a while
        bridge = child(process, "pedal.bridge")
        os.kill(bridge, signal.SIGSTOP)
        noticed_s = wait_until(lambda: child(process, "pedal.bridge") != bridge)
        back_s = wait_until(lambda: page(address + "codec.js"), 60.0)
        print(f"hang noticed after {noticed_s:.2f} s, back {back_s:.2f} s later")
        assert 1.4 < noticed_s < 4.0  # it may have spoken half a second ago
        assert back_s < within(2.0)
        assert wait_for(link, fault="none")["boot_id"] == boot_id


def test_the_engine_ends_with_its_parent(bank_folder):
    with playing(bank_folder) as (process, port), Link(port=port) as link:
        wait_for(link, fault="none")
        process.kill()
        for _ in range(100):
            try:
                link.ask("/state/get", timeout_s=0.1)
            except PedalError:
                return
    raise AssertionError("the engine plays on without its parent")


def test_silence_is_one_line():
    command = [*PEDAL, "ctl", "/state/get", "--port", "9", "--timeout", "0.2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("pedal: engine at 127.0.0.1:9: no answer")
