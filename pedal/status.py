"""The status line and the summary of a running pedal: from state to text. Pure."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from pedal.state import Session

KEYS = "space, n footswitches   1-9 effect   b block   q quit"
FLOOR_DBFS = -60.0  # the left end of a level bar
BAR = 12


def status_line(session: Session) -> Text:
    """One line: what sounds, how loud, at what load."""
    if not session.boot_id:
        return Text("waiting for the engine ...")
    meter = session.meter
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f" {sound(session):<10}", style="bold")
    if session.fault != "none":
        line.append(f" {alarm_text(session)} ", style="bold red")
    if session.rejected:
        line.append(f" refused {session.rejected} ", style="yellow")
    line.append(f" block {session.block:<2} ")
    line.append(
        f" in {level_bar(meter.input_dbfs)} out {level_bar(meter.output_dbfs)} "
    )
    line.append(f" load {meter.load_percent:3.0f} % peak {meter.peak_percent:3.0f} % ")
    trouble = bool(meter.underruns or meter.late)
    line.append(
        f" underruns {meter.underruns} late {meter.late} ",
        style="red" if trouble else "",
    )
    if session.dropped:
        line.append(f" dropped {session.dropped} ")
    return line


def sound(session: Session) -> str:
    """What is heard: the effect, or bypass."""
    return "bypass" if session.bypass else session.effect or "dry"


def alarm_text(session: Session) -> str:
    """The fault, and its cause; where none is known a bank still loads."""
    if session.fault == "no-bank" and not session.alarm:
        return "loading the bank"
    cause = f": {session.alarm}" if session.alarm else ""
    return f"ALARM {session.fault}{cause}"


def level_bar(level_dbfs: float) -> str:
    """A level as a bar of BAR characters, FLOOR_DBFS to 0 dBFS."""
    part = min(max(1.0 - level_dbfs / FLOOR_DBFS, 0.0), 1.0)
    full = round(part * BAR)
    return "█" * full + "░" * (BAR - full)


def summary_text(summary: Mapping[str, Any]) -> str:
    """The figures that an engine leaves at its end, a name and a value a line."""
    return "\n".join(f"{name:<12} {value}" for name, value in summary_rows(summary))


def summary_rows(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values as text; what the engine did not say shows as "?"."""
    program = summary.get("program") or {}
    block = program.get("model_block", "?")
    effect = "bypass" if program.get("bypass") else program.get("effect") or "dry"
    times = [_figure(program.get(name)) for name in ("p50_us", "p99_us", "max_us")]
    return [
        ("device", str(summary.get("device", "?"))),
        (
            "blocks",
            f"{summary.get('blocks', '?')} of {summary.get('period', '?')} samples",
        ),
        ("underruns", str(summary.get("underruns", "?"))),
        ("late blocks", str(program.get("late_blocks", "?"))),
        ("block time", "p50 {}, p99 {}, max {} us".format(*times)),
        ("CPU", f"{_figure(summary.get('cpu_percent'))} %"),
        ("effect", f"{effect}, block {block}"),
        ("delay", delay_text(summary)),
        ("dropped", f"{program.get('dropped_messages', '?')} messages"),
        ("alarms", "; ".join(map(str, program.get("alarms", []))) or "none"),
    ]


def delay_text(summary: Mapping[str, Any]) -> str:
    """The delay from string to ear in ms, and its parts."""
    rate_hz = float(summary.get("sample_rate_hz", 44100))
    program = summary.get("program") or {}
    path = 1e3 * float(program.get("delay_samples", 0)) / rate_hz
    periods = 2e3 * float(summary.get("period", 0)) / rate_hz
    device = float(summary.get("device_buffer_ms", 0.0))
    parts = f"path {path:.2f} + two periods {periods:.2f} + device {device:.2f}"
    return f"{path + periods + device:.1f} ms = {parts}"


def _figure(value: object) -> str:
    """A number with one decimal, or "?"."""
    return f"{value:.1f}" if isinstance(value, (int, float)) else "?"
