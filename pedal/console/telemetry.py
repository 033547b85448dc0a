"""One /telemetry report with names and types, and differences of its counters. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

COUNTER_END = 2**31  # counters wrap to 0 here
NO_TEMPERATURE = -300.0  # C, below which there is none


class Report(NamedTuple):
    """The arguments of /telemetry in the table's order; a contract test compares them.

    Units are in pedal/protocol/messages.toml. Counters run since the pedal's start.
    """

    boot_id: str
    revision: int
    request: int
    key: int
    sequence: int
    up_s: float
    period: int
    blocks: int
    deadline_us: float
    mean_us: float
    p99_us: float
    max_us: float
    load: float
    peak: float
    late: int
    underruns: int
    underrun_age_s: float
    cpu: float
    input: float
    output: float
    input_clip: int
    output_clip: int
    signal: int
    effect: str
    preset: str
    block: int
    bypass: int
    params: str
    delay_period: int
    delay_converters: float
    delay_model: int
    alarms: str
    temperature: float
    versions: str
    dropped: int
    refused: int


def report_of(args: Sequence[object]) -> Report:
    """args: of a checked /telemetry message, in the table's order."""
    return Report._make(args)


def risen(before: int, after: int) -> int:
    """How far a counter went on, over its wrap too."""
    return (after - before) % COUNTER_END


def params_of(report: Report) -> list[tuple[str, str]]:
    """Names and values of the parameters, as the pedal wrote them."""
    pairs = (pair.partition("=") for pair in report.params.split(",") if pair)
    return [(name, value) for name, _, value in pairs]


def codes_of(report: Report) -> list[str]:
    """The codes of the engine's own alarms that hold."""
    return [code for code in report.alarms.split(",") if code]
