"""Does this machine keep the pedal's time: priority, waking up, the clock, the period.

The period is tried by playing: a few seconds, turned down so far that nobody hears it.
"""

import math
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Thread
from typing import Any

from pedal.audio import RATE_HZ
from pedal.demo import demo_file
from pedal.engine import MAX_PERIOD, Settings, command, read_summary, run_to_end
from pedal.errors import PedalError
from pedal.findings import Finding, Health

WANTED_PRIORITY = 80
TRIAL_S = 3
UNHEARD_DB = -60.0
NAPS, NAP_S = 400, 0.001
CLOCKS = ("tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter")
CLOCK = Path("/sys/devices/system/clocksource/clocksource0/current_clocksource")
SHARE = Path("/proc/sys/kernel")  # what real-time threads may take of a second
LEAST_SHARE = 0.95  # Linux's own default


def priority() -> Iterator[Finding]:
    """May the audio thread run before others; tried, not looked up."""
    if _in_thread(_take_priority):
        yield Finding(Health.GOOD, "real-time priority", "allowed")
        return
    remedy = (
        f'put "@audio - rtprio {WANTED_PRIORITY}" in /etc/security/limits.d/audio.conf,'
        " join the group audio, log in again (a container: give it CAP_SYS_NICE)"
    )
    yield Finding(Health.WARNING, "real-time priority", "refused", remedy)


def throttling() -> Iterator[Finding]:
    """Does the kernel take the processor from real-time threads for long."""
    try:
        share = share_of(
            (SHARE / "sched_rt_runtime_us").read_text(encoding="utf-8"),
            (SHARE / "sched_rt_period_us").read_text(encoding="utf-8"),
        )
    except (OSError, ValueError):
        return
    found = f"at most {100 * share:.0f} % of the time"
    if share >= LEAST_SHARE:
        yield Finding(Health.GOOD, "real-time share", found)
        return
    remedy = "run `sudo sysctl kernel.sched_rt_runtime_us=950000`"
    yield Finding(Health.WARNING, "real-time share", found, remedy)


def share_of(runtime_us: str, period_us: str) -> float:
    """0..1; -1 us is no limit. Raises ValueError for what are no numbers."""
    runtime, period = int(runtime_us), int(period_us)
    return 1.0 if runtime < 0 else runtime / period


def clock() -> Iterator[Finding]:
    """Is reading the time cheap; each block reads it twice."""
    try:
        name = CLOCK.read_text(encoding="utf-8").strip()
    except OSError:
        return
    if name in CLOCKS:
        yield Finding(Health.GOOD, "clock", name)
        return
    remedy = "reading it is slow; see `dmesg | grep -i clocksource` for why not tsc"
    yield Finding(Health.WARNING, "clock", name, remedy)


def waking(period: int) -> Iterator[Finding]:
    """How late a thread wakes that asked for a time, as the audio thread does."""
    late_s = _in_thread(_latest_nap)
    deadline_s = period / RATE_HZ
    found = f"at most {1000 * late_s:.2f} ms late, period {1000 * deadline_s:.2f} ms"
    if late_s < deadline_s / 2:
        yield Finding(Health.GOOD, "waking up", found)
        return
    remedy = "a longer period, less that runs beside, or a low-latency kernel"
    yield Finding(Health.WARNING, "waking up", found, remedy)


def period_holds(bank: Path, period: int) -> Iterator[Finding]:
    """Plays with the period; where blocks are late, looks for one that holds."""
    try:
        health, found = judge(_trial(bank, period))
        remedy = "" if health is Health.GOOD else _longer(bank, period)
    except (PedalError, OSError) as cause:
        yield Finding(Health.BROKEN, f"period {period}", str(cause), "see above")
        return
    yield Finding(health, f"period {period}", found, remedy)


def judge(summary: Mapping[str, Any]) -> tuple[Health, str]:
    """The engine's own figures of a run as a verdict."""
    program = summary.get("program") or {}
    blocks, late = int(program.get("blocks", 0)), int(program.get("late_blocks", 0))
    dry = int(summary.get("underruns", 0))
    if not blocks:
        return Health.BROKEN, "the engine played nothing"
    deadline_ms = 1000 * int(summary["period"]) / RATE_HZ
    p99_ms, most_ms = (program[name] / 1000 for name in ("p99_us", "max_us"))
    found = (
        f"{late} of {blocks} blocks late, {dry} underruns; 99 % within {p99_ms:.2f} ms,"
        f" worst {most_ms:.2f} of {deadline_ms:.2f} ms; {program.get('effect')}, "
        f"priority {summary.get('priority')}"
    )
    return (Health.WARNING if late or dry else Health.GOOD), found


def _trial(bank: Path, period: int) -> Mapping[str, Any]:
    """A short run's summary. Raises PedalError."""
    settings = Settings(
        bank.absolute(),
        osc_port=0,
        gui_port=0,
        params={"level": UNHEARD_DB},
        allow_faults=os.environ.get("PEDAL_ALLOW_FAULTS") == "1",  # a test's burner
    )
    with tempfile.TemporaryDirectory(prefix="pedal-") as folder:
        summary = Path(folder) / "summary.json"
        options = ["--in", str(demo_file()), "--seconds", str(TRIAL_S)]
        run_to_end(
            command(period, "demo", [*options, "--summary", str(summary)]), settings
        )
        return read_summary(summary)


def _longer(bank: Path, period: int) -> str:
    """What to do: the next of three longer periods that holds, if one does."""
    for longer in (2 * period, 4 * period, 8 * period):
        if longer <= MAX_PERIOD and judge(_trial(bank, longer))[0] is Health.GOOD:
            return f"play with --period {longer}, which holds here, or stop other work"
    return "stop what else runs here; model block 16 costs half"


def _in_thread(measure: Any) -> Any:
    """The result of a function in a thread of its own, whose priority ends with it."""
    found: list[Any] = []
    thread = Thread(target=lambda: found.append(measure()))
    thread.start()
    thread.join()
    return found[0]


def _take_priority() -> bool:
    """Of this thread: on Linux 0 is the calling one."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(WANTED_PRIORITY))
    except OSError:
        return False
    return True


def _latest_nap() -> float:
    """Seconds by which the worst of many short sleeps was too long."""
    _take_priority()
    worst = -math.inf
    for _ in range(NAPS):
        wanted = time.monotonic() + NAP_S
        time.sleep(NAP_S)
        worst = max(worst, time.monotonic() - wanted)
    return worst
