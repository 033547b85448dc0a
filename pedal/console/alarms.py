"""When a pedal needs the tech: rules over what is known of it. Pure, times passed in.

Each rule gives a cause in one line while it holds, else "". An alarm is raised at once,
ends when its rule did not hold for `hold_s`, and stays shown until acknowledged.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from pedal.console.session import Pedal
from pedal.console.telemetry import codes_of
from pedal.console.thresholds import Limits


class Weight(StrEnum):
    """ALARM: the sound is hurt, or nobody knows. WARN: it may soon be."""

    ALARM = "ALARM"
    WARN = "WARN"


@dataclass(frozen=True)
class Alarm:
    """One alarm. last_s: when its rule last held; over: it holds no more."""

    code: str
    weight: Weight
    raised_s: float
    last_s: float
    cause: str
    hint: str
    over: bool = False
    acknowledged: bool = False


@dataclass(frozen=True)
class Watch:
    """The alarms of one pedal, in the order raised. high_s: load is high since then."""

    alarms: tuple[Alarm, ...] = ()
    high_s: float | None = None

    def holding(self) -> list[Alarm]:
        """Those whose cause is still there."""
        return [alarm for alarm in self.alarms if not alarm.over]

    def unseen(self) -> list[Alarm]:
        """Those that nobody acknowledged."""
        return [alarm for alarm in self.alarms if not alarm.acknowledged]


def watch(before: Watch, pedal: Pedal, now_s: float, limits: Limits) -> Watch:
    """The alarms after a report, or after some time without one."""
    high_s = _high_since(before, pedal, limits)
    look = Look(pedal, now_s, limits, high_s)
    causes = {rule.code: cause for rule in RULES if (cause := rule.cause(look))}
    if high_s == before.high_s and not causes and not before.alarms:
        return before
    kept = [_aged(alarm, causes, now_s, limits) for alarm in before.alarms]
    alarms = [alarm for alarm in kept if not (alarm.over and alarm.acknowledged)]
    known = {alarm.code for alarm in alarms if not alarm.over}
    fresh = [
        Alarm(rule.code, rule.weight, now_s, now_s, causes[rule.code], rule.hint)
        for rule in RULES
        if rule.code in causes and rule.code not in known
    ]
    again = {alarm.code for alarm in fresh}
    alarms = [alarm for alarm in alarms if alarm.code not in again]
    return Watch((*alarms, *fresh), high_s)


def acknowledged(before: Watch) -> Watch:
    """Somebody has seen them: those that are over go, the others stay without a cry."""
    seen = (replace(alarm, acknowledged=True) for alarm in before.holding())
    return replace(before, alarms=tuple(seen))


def _aged(alarm: Alarm, causes: dict[str, str], now_s: float, limits: Limits) -> Alarm:
    """An alarm a moment later; the cause stays that of the moment it was raised."""
    if alarm.code in causes and not alarm.over:
        return replace(alarm, last_s=now_s)
    if not alarm.over and now_s - alarm.last_s >= limits.hold_s:
        return replace(alarm, over=True)
    return alarm


def _high_since(before: Watch, pedal: Pedal, limits: Limits) -> float | None:
    """Since when the reports say that the load is over its limit."""
    if pedal.report is None or pedal.report.load <= limits.load_percent:
        return None
    return pedal.heard_s if before.high_s is None else before.high_s


class Look(NamedTuple):
    """What a rule looks at."""

    pedal: Pedal
    now_s: float
    limits: Limits
    high_s: float | None


def _lost(look: Look) -> str:
    if not look.pedal.received:  # one that is searched; a restart is waited for
        return ""
    age_s = look.pedal.age_s(look.now_s)
    return f"no report for {age_s:.1f} s" if age_s >= look.limits.lost_s else ""


def _standing(look: Look) -> str:
    """Blocks stand still, by the clock of the reports that say so."""
    still_s = look.pedal.heard_s - look.pedal.flowing_s
    if look.pedal.report is None or still_s < look.limits.flow_s:
        return ""
    return f"no audio block for {still_s:.1f} s, though the pedal answers"


def _silent(look: Look) -> str:
    """No signal comes in, though some did before; blocks that stand still say more."""
    still_s = look.pedal.heard_s - look.pedal.signal_s
    if look.pedal.report is None or not look.limits.flow_s <= still_s < 1e9:
        return ""
    if _standing(look):
        return ""
    return f"no input above -60 dBFS for {still_s:.1f} s"


def _load(look: Look) -> str:
    pedal, limits = look.pedal, look.limits
    if look.high_s is None or pedal.report is None:
        return ""
    long_s = pedal.heard_s - look.high_s
    if long_s < limits.load_s:
        return ""
    limit = f"over {limits.load_percent:g} % for {long_s:.1f} s"
    return f"load {pedal.report.load:.0f} % of the deadline, {limit}"


def _underrun(look: Look) -> str:
    if look.pedal.report is None:
        return ""
    if not look.pedal.heard_s - look.pedal.underrun_s < look.limits.underrun_hold_s:
        return ""
    return f"the sound broke: underrun {look.pedal.report.underruns} since the start"


def _engine(code: str, text: str) -> Callable[[Look], str]:
    """A fault that the engine reports itself, with the cause that it told, if any."""

    def cause(look: Look) -> str:
        report, (told, why, at_s) = look.pedal.report, look.pedal.fault
        lately = told == code and look.now_s - at_s < look.limits.hold_s
        if report is None or (code not in report.alarms and not lately):
            return ""
        if code == "no-bank" and report.up_s < look.limits.start_s:
            return ""  # the first load of a start; it plays dry until then
        return why if told == code and why else text

    return cause


def _other(look: Look) -> str:
    """What else the engine calls an alarm: files that it cannot read or write."""
    if look.pedal.report is None or not look.pedal.report.alarms:
        return ""
    codes = [code for code in codes_of(look.pedal.report) if code not in FAULTS]
    told, why, _ = look.pedal.fault
    return f"{', '.join(codes)}: {why}" if told in codes else ", ".join(codes)


def _clip(look: Look) -> str:
    pedal, report = look.pedal, look.pedal.report
    if report is None:
        return ""
    since_s = pedal.heard_s - look.limits.clip_hold_s
    if pedal.input_clip_s > since_s:
        return f"the input is too hot: {report.input_clip} samples clipped so far"
    if look.limits.output_clip and pedal.output_clip_s > since_s:
        return f"the limiter holds back {report.output_clip} samples so far"
    return ""


def _hot(look: Look) -> str:
    report, limit = look.pedal.report, look.limits.temperature_c
    if report is None or report.temperature <= limit:
        return ""
    return f"{report.temperature:.0f} C, over {limit:g} C"


def _gap(look: Look) -> str:
    pedal, report = look.pedal, look.pedal.report
    if report is None:
        return ""
    if pedal.heard_s - pedal.went_back_s < look.limits.clip_hold_s:
        return f"the revision fell to {report.revision} without a restart"
    if pedal.gap_s is None or pedal.heard_s - pedal.gap_s < look.limits.gap_s:
        return ""
    behind = report.revision - pedal.state.revision
    return f"what is shown is {max(behind, 1)} changes behind the pedal"


class Rule(NamedTuple):
    """code: the alarm's name in one word or two. hint: what to do, in one line."""

    code: str
    weight: Weight
    cause: Callable[[Look], str]
    hint: str


FAULTS = ("nan", "overload", "no-bank", "card-lost")  # rules of their own
ALARM, WARN = Weight.ALARM, Weight.WARN
RULES = (
    Rule("lost", ALARM, _lost, "look at its power and the network cable"),
    Rule("not flowing", ALARM, _standing, "restart the pedal; its sound card is dead"),
    Rule(
        "nan",
        ALARM,
        _engine("nan", "the model broke; a cheaper one or dry plays"),
        "play on; pick another effect, and train that model anew",
    ),
    Rule(
        "overload",
        ALARM,
        _engine("overload", "the model is too slow; a cheaper one or dry plays"),
        "model block 16, or a longer period",
    ),
    Rule(
        "no bank",
        ALARM,
        _engine("no-bank", "there is no bank to play; the sound is dry"),
        "`pedal bank check` the bank that it names",
    ),
    Rule(
        "card lost",
        ALARM,
        _engine("card-lost", "its sound card is gone; it plays on unheard"),
        "plug it in again; the pedal takes it back by itself",
    ),
    Rule("underrun", ALARM, _underrun, "a longer period; stop what else runs there"),
    Rule("load", WARN, _load, "model block 16, or a longer period"),
    Rule("no signal", WARN, _silent, "guitar's volume, cable, wireless, input jack"),
    Rule("pedal", WARN, _other, "see its log; `pedal ctl /state/get` asks it"),
    Rule("clip", WARN, _clip, "turn the guitar or trim down"),
    Rule("temperature", WARN, _hot, "give it air, take it out of the sun"),
    Rule("revision gap", WARN, _gap, "the link loses echoes; cable instead of Wi-Fi"),
)
