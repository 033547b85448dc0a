"""What a console hears of a live engine: every field, and who hears and says what."""

import json
import statistics
import tempfile
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pedal.engine import Settings, command, run_to_end
from pedal.protocol.protocol import VERSION
from tests.system.console import (
    PERIOD,
    RATE_HZ,
    Engine,
    cpu_seconds,
    engine,
    sine,
)
from tests.system.stage import engine_missing, wait_until
from tests.system.test_attack import FADE, Attacked, echo_time, reference

pytestmark = pytest.mark.skipif(bool(engine_missing()), reason=engine_missing())

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_US = 1e6 * PERIOD / RATE_HZ
MOST = 8


def decibel(level: float) -> float:
    return 20 * np.log10(level)


def test_every_field_arrives_and_is_right(bank_folder) -> None:
    with engine(bank_folder, sine(0.5)) as pedal:
        console = pedal.console(key=77)
        console.subscribe()
        lease = console.next("/monitor/lease")
        assert (lease["key"], lease["lease"], lease["consoles"]) == (77, 60, 1)
        assert lease["control"] == 1
        began_s, first = time.monotonic(), console.report()
        assert (first["key"], first["sequence"]) == (77, 1)
        console.say("/effect/select", "hum", 3)
        console.next("/echo/effect")
        console.say("/model/block", 16)
        console.next("/echo/block")
        console.say("/param/set", "drive", 62.5)
        console.next("/echo/param")
        console.say("/bypass", 1)
        console.next("/echo/bypass")
        console.say("/state/get", 9)
        state = console.next("/state")
        console.drain()
        reports = console.reports(1.0)
        passed_s = time.monotonic() - began_s
        last = reports[-1]
    sequences = [report["sequence"] for report in reports]
    assert sequences == list(range(sequences[0], sequences[0] + len(reports)))
    assert 12 <= len(reports) <= 21  # 20, on a machine that has nothing else to do
    assert last["boot_id"] == state["boot_id"]
    assert last["revision"] >= state["revision"] > first["revision"]
    assert console.gaps == 0
    assert last["up_s"] - first["up_s"] == pytest.approx(passed_s, abs=0.3)
    assert last["period"] == PERIOD
    assert last["deadline_us"] == pytest.approx(DEADLINE_US, rel=1e-6)
    played_s = (last["blocks"] - first["blocks"]) * PERIOD / RATE_HZ
    assert played_s == pytest.approx(last["up_s"] - first["up_s"], abs=0.2)
    for report in reports:
        assert 0 < report["mean_us"] <= report["max_us"]
        assert report["p99_us"] <= report["max_us"]
        share = report["mean_us"] / report["deadline_us"]
        assert report["load"] == pytest.approx(100 * share, rel=1e-3)
        share = report["max_us"] / report["deadline_us"]
        assert report["peak"] == pytest.approx(100 * share, rel=1e-3)
    assert (last["underruns"], last["underrun_age_s"]) == (0, -1)
    assert 0 < last["cpu"] < 100
    assert last["input"] == pytest.approx(decibel(0.5), abs=0.01)
    assert last["output"] == pytest.approx(decibel(0.5), abs=0.01)  # bypass
    assert (last["input_clip"], last["output_clip"]) == (0, 0)
    assert last["signal"] == pytest.approx(last["blocks"] * PERIOD, abs=3 * PERIOD)
    assert (last["effect"], last["preset"]) == ("hum", "")
    assert (last["block"], last["bypass"]) == (16, 1)
    params = dict(pair.split("=") for pair in last["params"].split(","))
    assert {name: float(value) for name, value in params.items()} == {
        name: state[name] for name in ("trim", "drive", "tone", "level", "gate")
    }
    assert params["drive"] == "62.5"
    assert (last["delay_period"], last["delay_model"]) == (2 * PERIOD, 15)
    assert last["delay_converters"] == -1  # every sound card has its own
    assert last["alarms"] == ""
    assert last["temperature"] == -300 or 0 < last["temperature"] < 120
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    expected = f"pedal {project['version']}, protocol {VERSION}, bank night-set"
    assert last["versions"] == expected
    assert (last["dropped"], last["refused"]) == (0, 0)


def test_clipped_samples_are_counted_one_by_one(bank_folder) -> None:
    loop = sine(0.5)
    loop[[100, 20000, 20001]] = 1.0, -1.0, 0.99
    with engine(bank_folder, loop, effect="clean") as pedal:
        console = pedal.console()
        console.subscribe()
        first = console.report()
        reports = console.reports(3.0)
        loops = [report["blocks"] * PERIOD // RATE_HZ for report in reports]
        assert loops[-1] > loops[0]
        for report, whole in zip(reports, loops, strict=True):
            assert 3 * whole <= report["input_clip"] <= 3 * (whole + 1)
        assert any(report["output_clip"] > first["output_clip"] for report in reports)


def test_the_load_is_that_of_a_burner_of_known_cost(bank_folder) -> None:
    loop = sine(0.25)
    with engine(bank_folder, loop, effect="clean", PEDAL_BURN_PERCENT="40") as pedal:
        console = pedal.console()
        console.subscribe()
        console.report()
        burnt = statistics.median(row["load"] for row in console.reports(3.0))
        console.say("/fault/inject", "burn", 1)
        console.next("/state")
        console.drain()
        time.sleep(0.1)
        console.drain()
        calm = statistics.median(row["load"] for row in console.reports(3.0))
    print(f"load {burnt:.2f} % with a burner of 40 %, {calm:.2f} % without")
    assert burnt - calm == pytest.approx(40, rel=0.1)


def test_an_underrun_a_broken_model_and_a_pulled_cable_are_told(bank_folder) -> None:
    score = [{"at": 4 * RATE_HZ, "cable": {"pulled": True}}]
    with engine(bank_folder, sine(0.25), json.dumps(score), "hum") as pedal:
        console = pedal.console()
        console.subscribe()
        before = console.report()
        assert before["alarms"] == ""
        console.say("/fault/inject", "underrun")
        wait_until(lambda: console.report()["underruns"] > before["underruns"], 1.0)
        rows = [console.report() for _ in range(10)]
        assert {row["underruns"] for row in rows} == {before["underruns"] + 1}
        ages = [row["underrun_age_s"] for row in rows]
        ups = [row["up_s"] for row in rows]
        assert 0 < ages[0] < 0.5
        assert ages[-1] - ages[0] == pytest.approx(ups[-1] - ups[0], abs=1e-3)
        console.say("/fault/inject", "nan")
        wait_until(lambda: console.report()["alarms"] == "nan", 1.0)
        wait_until(lambda: console.report()["input"] < -100)
        first, last = console.report(), console.reports(0.5)[-1]
        assert last["signal"] == first["signal"]
        assert last["blocks"] > first["blocks"]


def test_who_has_no_lease_hears_not_a_byte(bank_folder) -> None:
    with engine(bank_folder, sine(0.25)) as pedal:
        brief, left, never = (pedal.console(key) for key in (1, 2, 3))
        brief.subscribe(lease_s=1)
        left.subscribe()
        left.report()
        left.say("/monitor/leave", 2)
        heard = brief.reports(2.5)
        assert 12 <= len(heard) <= 21
        left.drain()
        assert left.hear(0.5) is brief.hear(0.1) is None
        assert never.hear(0.1) is None
        assert never.bytes == 0
        brief.subscribe(lease_s=1)  # and again, numbered on
        assert brief.report()["sequence"] == heard[-1]["sequence"] + 1


def test_a_lease_is_renewed_by_the_same_message(bank_folder) -> None:
    with engine(bank_folder, sine(0.25)) as pedal:
        console = pedal.console()
        numbers = []
        for _ in range(4):
            console.subscribe(lease_s=1)
            numbers += [row["sequence"] for row in console.reports(0.6)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) > 30


def test_eight_consoles_are_served_and_the_ninth_is_refused(bank_folder) -> None:
    with engine(bank_folder, sine(0.25)) as pedal:
        consoles = [pedal.console(key) for key in range(1, MOST + 1)]
        for console in consoles:
            console.subscribe()
            assert console.next("/monitor/lease")["consoles"] == console.key
        ninth = pedal.console(9)
        ninth.say("/monitor/subscribe", 9, 60, 0)
        ninth.token = ninth.next("/monitor/lease")["token"]
        ninth.say("/monitor/subscribe", 9, 60, ninth.token, 123)
        refusal = ninth.next("/echo/rejected")
        assert refusal["reason"] == "8 consoles are served; close one"
        assert (refusal["address"], refusal["request"]) == ("/monitor/subscribe", 123)
        assert ninth.hear(0.3) is None
        for console in consoles:
            console.drain()
            assert console.report()["key"] == console.key
        consoles[3].say("/monitor/leave", 4)
        ninth.subscribe()
        assert ninth.next("/monitor/lease")["consoles"] == MOST


def test_a_replayed_message_moves_no_report_and_opens_nothing(bank_folder) -> None:
    with engine(bank_folder, sine(0.25)) as pedal:
        console = pedal.console(key=7)
        console.subscribe()
        console.report()
        thief = pedal.console(key=7, address="127.0.0.2")
        thief.say("/monitor/subscribe", 7, 60, console.token)
        assert thief.next("/monitor/lease")["lease"] == 0  # his own needs another token
        assert thief.hear(0.3) is None
        thief.subscribe()
        assert "another console" in thief.next("/echo/rejected")["reason"]
        thief.say("/monitor/leave", 7)
        assert thief.hear(0.3) is None
        console.drain()
        numbers = [row["sequence"] for row in console.reports(0.5)]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_only_who_may_control_is_obeyed_and_others_read_by_a_lease(bank_folder) -> None:
    with engine(bank_folder, sine(0.25), effect="hum") as pedal:
        stranger = pedal.console(key=5, address="127.0.0.2")
        stranger.say("/state/get", 2)
        refusal = stranger.next("/echo/rejected")
        assert refusal["reason"] == "without a lease nothing is told to 127.0.0.2"
        assert stranger.hear(0.3) is None  # no meters either
        stranger.subscribe()
        assert stranger.next("/monitor/lease")["control"] == 0
        before = stranger.report()
        stranger.say("/state/get", 3)
        state = stranger.next("/state")
        assert (state["effect"], state["bypass"]) == ("hum", 0)
        for number, words in enumerate(
            [("/bypass", 1), ("/effect/next",), ("/param/set", "drive", 1.0)]
        ):
            stranger.say(*words, 100 + number)
            refusal = stranger.next("/echo/rejected")
            assert refusal["reason"] == "control is not allowed from 127.0.0.2"
            assert (refusal["address"], refusal["request"]) == (words[0], 100 + number)
        stranger.drain()
        after = stranger.report()
        assert after["refused"] - before["refused"] == 3
        assert after["revision"] == before["revision"]
        owner = pedal.console()
        owner.say("/bypass", 1, 4)
        assert owner.next("/echo/bypass")["request"] == 4
        assert stranger.next("/echo/bypass")["on"] == 1  # a console hears what is done


def test_control_is_given_by_address_and_by_net(bank_folder) -> None:
    nets = {"PEDAL_CONTROL": "127.0.0.1,127.0.0.16/28"}
    with engine(bank_folder, sine(0.25), **nets) as pedal:
        for address, control in (("127.0.0.31", 1), ("127.0.0.32", 0)):
            console = pedal.console(key=1 + control, address=address)
            console.subscribe()
            assert console.next("/monitor/lease")["control"] == control


@pytest.mark.parametrize("listen", [False, True])
def test_a_laptop_is_on_the_network_only_where_it_was_told(bank_folder, listen) -> None:
    wishes = {"PEDAL_LISTEN": "1"} if listen else {}
    with engine(bank_folder, sine(0.25), **wishes) as pedal:
        console = pedal.console()
        console.host = "127.0.0.2"  # not the one address of loopback
        console.say("/monitor/subscribe", 1, 60, 0)
        assert (console.hear(1.0) is not None) == listen


@pytest.mark.parametrize("period", [16, 64, 128])
@pytest.mark.parametrize("block", [1, 16])
@pytest.mark.parametrize("bypass", [False, True])
def test_the_virtual_loop_is_late_to_the_sample(
    bank_folder, period, block, bypass
) -> None:
    pulse = np.zeros(6000, np.float32)
    pulse[1000] = 0.5
    with tempfile.TemporaryDirectory() as name:
        files = [str(Path(name) / "in.wav"), str(Path(name) / "out.wav")]
        soundfile.write(files[0], pulse, RATE_HZ, subtype="FLOAT")
        options = ["--in", files[0], "--out", files[1], "--loop"]
        effect = "hum" if bypass else "clean"
        settings = Settings(bank_folder, effect, model_block=block, bypass=bypass)
        run_to_end(command(period, "wav", options), settings)
        heard, _ = soundfile.read(files[1], dtype="float32")
    late = int(np.argmax(np.abs(heard))) - 1000
    assert late == 2 * period + block - 1


def test_telemetry_changes_not_a_bit_of_the_sound(tmp_path) -> None:
    pedal = Attacked(tmp_path)
    pedal.start_engine("clean")
    assert pedal.engine is not None
    live = Engine(pedal.engine, pedal.osc_port)
    wait_until(lambda: live.plays("night-set"))
    consoles = [live.console(key) for key in range(1, MOST + 1)]
    time.sleep(1.0)
    for console in consoles:
        console.subscribe()
    consoles[0].say("/effect/select", "hum")
    consoles[0].next("/echo/effect")
    heard = [len(console.reports(0.5)) for console in consoles]
    for console in consoles:
        console.say("/monitor/leave", console.key)
    time.sleep(1.0)
    live.close()
    pedal.engine.terminate()
    assert pedal.engine.wait(20) == 0
    sound, _ = soundfile.read(tmp_path / "live.wav", dtype="float32")
    calm = reference(pedal, len(sound), echo_time(pedal))
    whole = slice(FADE, len(sound) - 4 * FADE)
    assert min(heard) > 5
    assert np.sqrt(np.mean(sound[whole] ** 2)) > 0.001
    assert np.count_nonzero(sound[whole] != calm[whole]) == 0


def test_a_console_costs_at_most_half_a_percent_of_a_core(bank_folder) -> None:
    rounds, seconds = 6, 2.0
    used: dict[int, list[float]] = {0: [], 1: [], MOST: []}
    with engine(bank_folder, sine(0.25), effect="clean") as pedal:
        time.sleep(11.0)  # until who asked for the state is forgotten
        consoles = [pedal.console(key) for key in range(1, MOST + 1)]
        for count in list(used) * rounds:  # in turn, as the machine's own pace varies
            for console in consoles:
                console.say("/monitor/leave", console.key)
            for console in consoles[:count]:
                console.subscribe()
            time.sleep(0.1)
            began, start_s = cpu_seconds(pedal.process), time.monotonic()
            time.sleep(seconds)
            passed_s = time.monotonic() - start_s
            used[count].append(100 * (cpu_seconds(pedal.process) - began) / passed_s)
        assert consoles[0].report()["underruns"] == 0
    share = {count: statistics.median(shares) for count, shares in used.items()}
    print("share of a core by number of consoles:", share)
    assert share[1] - share[0] <= 0.5
    assert share[MOST] - share[0] <= 2.0
