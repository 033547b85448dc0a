"""What goes on from report to report: load by the second, when counters rose. Pure."""

from typing import Any, NamedTuple

from pedal.console.telemetry import Report

HISTORY_S = 600


class Slot(NamedTuple):
    """One second of load. second: of the clock; the highest mean and peak in it, %."""

    second: int
    worst: float
    peak: float


NO_SLOT = Slot(-1, 0.0, 0.0)


def remembered(
    slot: Slot, history: tuple[Slot, ...], report: Report, now_s: float
) -> tuple[Slot, tuple[Slot, ...]]:
    """The second that runs, and those that are over, ten minutes at most."""
    second = int(now_s)
    if slot.second == second:
        worst, peak = max(slot.worst, report.load), max(slot.peak, report.peak)
        return Slot(second, worst, peak), history
    fresh = Slot(second, report.load, report.peak)
    if slot.second < 0:
        return fresh, history
    return fresh, (*history[-HISTORY_S + 1 :], slot)


def last_times(before: Report | None, report: Report, now_s: float) -> dict[str, Any]:
    """When blocks, signal, underruns and clips last went on, where they do now."""
    times: dict[str, Any] = {}
    if before is None:
        times["flowing_s"] = now_s
        if report.underrun_age_s >= 0:
            times["underrun_s"] = now_s - report.underrun_age_s
        return times
    if before.blocks != report.blocks:
        times["flowing_s"] = now_s
    if before.signal != report.signal:
        times["signal_s"] = now_s
    if before.underruns != report.underruns:
        times["underrun_s"] = now_s - max(report.underrun_age_s, 0.0)
    if before.input_clip != report.input_clip:
        times["input_clip_s"] = now_s
    if before.output_clip != report.output_clip:
        times["output_clip_s"] = now_s
    if report.revision < before.revision:
        times["went_back_s"] = now_s
    return times
