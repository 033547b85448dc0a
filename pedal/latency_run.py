"""`pedal latency`: wires the virtual loop, the cable and the foot to figures."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from rich.console import Console

from pedal import bank
from pedal.cable import Card, through_cable
from pedal.engine import BLOCKS, MAX_PERIOD
from pedal.errors import LatencyError, UsageError
from pedal.latency import (
    CONVERTERS,
    LEAST,
    RATE_HZ,
    Budget,
    Delays,
    measure,
    pulses,
    sweeps,
)
from pedal.latency_views import Row, as_rows, as_table
from pedal.loop import PLAIN, Route, foot_to_sound, round_trip

PERIODS = (128,)
MOST_TIMES = 1000
CABLE = "cable"


@dataclass(frozen=True)
class Options:
    """effects, blocks, periods: where empty all effects, both blocks, period 128.

    card: measures a cable instead of the virtual loop; minus_ms: what the card takes
    alone, and the rest is a Bela of one period and block. foot: from a press on.
    """

    bank: Path
    effects: Sequence[str] = ()
    blocks: Sequence[int] = ()
    periods: Sequence[int] = ()
    times: int = LEAST
    foot: bool = False
    card: Card | None = None
    minus_ms: float | None = None
    as_json: bool = False


def latency(options: Options, console: Console) -> None:
    """Measures and prints. Raises PedalError; LatencyError also after printing, for a
    virtual loop that is not as late as computed."""
    _check(options)
    if options.card is not None:
        rows = [_cable(options, options.card)]
    else:
        rows = list(_foot(options) if options.foot else _loop(options))
    if options.as_json:
        print(json.dumps(as_rows(rows), indent=1))
    else:
        console.print(as_table(rows))
        for line in _remarks(rows):
            console.print(line, markup=False)
    strays = [] if options.card else [stray for row in rows for stray in row.strays()]
    if strays:
        more = f", and {len(strays) - 1} more" if len(strays) > 1 else ""
        raise LatencyError(f"{strays[0]}{more}; run `make test`")


def _check(options: Options) -> None:
    """Raises UsageError for what cannot be meant."""
    if not LEAST <= options.times <= MOST_TIMES:
        raise UsageError(
            f"--times: expected {LEAST} to {MOST_TIMES}, found {options.times}"
        )
    for period in options.periods:
        if not 1 <= period <= MAX_PERIOD:
            raise UsageError(f"--period: expected 1 to {MAX_PERIOD}, found {period}")
    for block in options.blocks:
        if block not in BLOCKS:
            raise UsageError(f"--model-block: expected 1 or 16, found {block}")
    if options.foot and options.card is not None:
        raise UsageError("--foot: measured in the virtual loop, without --card")
    if options.minus_ms is None:
        return
    if options.card is None or not 0 <= options.minus_ms < 1000:
        raise UsageError("--minus: expected 0 to 1000 ms, with --card")
    if len(options.periods) > 1 or len(options.blocks) > 1:
        raise UsageError("--minus: expected one --period and one --model-block")


def _effects(options: Options) -> Sequence[str]:
    """Those asked for, else all. Raises BankError for one that is not there."""
    loaded = bank.load(options.bank)
    for name in options.effects:
        if name not in PLAIN:
            loaded.effect(name)
    return options.effects or (*PLAIN, *loaded.ids)


def _routes(options: Options, effects: Sequence[str]) -> Iterator[Route]:
    """Every path that is asked for."""
    blocks, periods = options.blocks or BLOCKS, options.periods or PERIODS
    for period, effect, block in product(periods, effects, blocks):
        yield Route(effect, block, period, options.bank)


def _loop(options: Options) -> Iterator[Row]:
    """The virtual loop-back."""
    for route in _routes(options, _effects(options)):
        found = round_trip(route, options.times)
        yield Row(route.effect, found, route.block, route.period, route.budget())


def _foot(options: Options) -> Iterator[Row]:
    """Both footswitches: the bypass of one effect, and on to the next effect."""
    first = next((name for name in _effects(options) if name not in PLAIN), None)
    if first is None:
        raise UsageError("--foot: expected an --effect of the bank to press for")
    for route in _routes(options, (first,)):
        for switch in ("bypass", "effect"):
            found = foot_to_sound(route, switch, options.times)
            yield Row(f"{switch} switch", (found,), route.block, route.period)


def _cable(options: Options, card: Card) -> Row:
    """What lies between a card's output and its input."""
    found = [
        measure(probe, through_cable(card, probe.samples))
        for probe in (pulses(options.times), sweeps(options.times))
    ]
    if options.minus_ms is None:
        return Row(CABLE, found)
    less = options.minus_ms * RATE_HZ / 1000
    found = [_less(delays, less) for delays in found]
    period, block = (*options.periods, *PERIODS)[0], (*options.blocks, 1)[0]
    budget = Budget(period, bank.path_delay(options.bank, block), CONVERTERS)
    return Row("board", found, block, period, budget)


def _less(delays: Delays, samples: float) -> Delays:
    """Without the card's own part."""
    return replace(delays, samples=tuple(late - samples for late in delays.samples))


def _remarks(rows: Sequence[Row]) -> Iterator[str]:
    """What the figures alone do not tell."""
    for row in rows:
        for delays in row.delays:
            if delays.inverted:
                yield f"{row.what}: the {delays.kind} came back upside down"
            if delays.drift_ppm:
                yield (
                    f"{row.what}: two clocks, {delays.drift_ppm:+.1f} ppm apart by "
                    f"{delays.kind}; figures are those of its first"
                )
