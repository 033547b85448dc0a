"""The state of one pedal as its clients know it: a frozen Session and the one reducer.

The engine is the one truth. Every change of the sound raises its revision by one, so a
gap means that an echo was lost: the session then wants a snapshot instead of guessing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from pedal.messages import Reading
from pedal.protocol.protocol import PARAMS


@dataclass(frozen=True)
class Meter:
    """Levels in dBFS, load in % of the period, counts since the engine's start."""

    input_dbfs: float = -200.0
    output_dbfs: float = -200.0
    load_percent: float = 0.0
    peak_percent: float = 0.0
    blocks: int = 0
    late: int = 0
    underruns: int = 0


@dataclass(frozen=True)
class Preset:
    """One place of the setlist. effect: an id."""

    id: str
    name: str
    effect: str


@dataclass(frozen=True)
class Session:
    """What is known of a pedal. boot_id "" is: nothing yet.

    preset: the id of the one that sounds, "" for none; unsaved: the sound has left it.
    kept: ids of the parameters that no preset moves. knobs: where a knob stands that
    waits for its parameter, by the parameter's id, in its unit. bank: as its bank.json
    calls it; bank_id: the name that /bank/load knows it by, "" for none; banks: all of
    these; loading: the one that is. rejected: what was refused of late to who cannot be
    answered, a foot mostly, "" for nothing; for rejected_meters more it is worth
    showing. wants_...: to be asked for, as nothing is known yet or something was
    missed.
    """

    boot_id: str = ""
    revision: int = 0
    version: int = 0
    bank: str = ""
    bank_id: str = ""
    banks: tuple[str, ...] = ()
    loading: str = ""
    effects: tuple[str, ...] = ()
    effect: str = ""
    bypass: bool = False
    block: int = 1
    delay_samples: int = 0
    fault: str = "none"
    alarm: str = ""
    rejected: str = ""
    rejected_meters: int = 0
    dropped: int = 0
    params: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    preset: str = ""
    unsaved: bool = False
    presets: tuple[Preset, ...] = ()
    kept: frozenset[str] = frozenset()
    knobs: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    meter: Meter = Meter()
    wants_snapshot: bool = True
    wants_presets: bool = True
    wants_banks: bool = True


Row = Mapping[str, Any]


def reduce(session: Session, reading: Reading) -> Session:
    """The next state after one checked message; never changes the old one."""
    row = reading.named()
    if reading.address == "/state":
        return _snapshot(session, row)
    if "boot_id" not in row:
        return session
    if row["boot_id"] != session.boot_id:
        return _gap(session)  # another engine, or a restarted one
    if reading.address in ECHOES:
        return _echo(session, row, ECHOES[reading.address])
    if reading.address in NUMBERED and int(row["revision"]) == session.revision + 1:
        session = replace(session, revision=int(row["revision"]))
    session = REPORTS.get(reading.address, _nothing)(session, row)
    if int(row["revision"]) > session.revision:
        return _gap(session)  # an echo was lost
    return session


def _gap(session: Session) -> Session:
    """Something was missed: all that has no revision of its own is asked for too."""
    return replace(session, wants_snapshot=True, wants_presets=True, wants_banks=True)


def _echo(
    session: Session, row: Row, change: Callable[[Session, Row], Session]
) -> Session:
    """Applies the next revision, ignores old ones, notices a gap."""
    step = int(row["revision"]) - session.revision
    if step <= 0:
        return session
    if step > 1:
        return _gap(session)
    return replace(change(session, row), revision=int(row["revision"]))


def _snapshot(session: Session, row: Row) -> Session:
    """The engine's whole state; an older one of the same boot is ignored."""
    same = row["boot_id"] == session.boot_id
    if same and int(row["revision"]) < session.revision:
        return session
    fault = row["fault"]
    return replace(
        session if same else Session(),
        boot_id=row["boot_id"],
        revision=int(row["revision"]),
        version=int(row["version"]),
        bank=row["bank"],
        effects=tuple(name for name in row["effects"].split(",") if name),
        effect=row["effect"],
        bypass=bool(row["bypass"]),
        block=int(row["block"]),
        delay_samples=int(row["delay"]),
        fault=fault,
        alarm=session.alarm if same and fault != "none" else "",
        dropped=int(row["dropped"]),
        params=MappingProxyType({name: float(row[name]) for name in PARAMS}),
        knobs=MappingProxyType({}),  # those that wait are told again behind it
        wants_snapshot=False,
    )


def _block(session: Session, row: Row) -> Session:
    """The block decides how late all paths are."""
    frames, delay = int(row["frames"]), int(row["delay"])
    return replace(session, block=frames, delay_samples=delay)


def _param(session: Session, row: Row) -> Session:
    """One parameter's new target."""
    return replace(
        session, params=MappingProxyType({**session.params, row["id"]: row["value"]})
    )


def _alarm(session: Session, row: Row) -> Session:
    """A fault began or ended; some alarms are of no effect's fault."""
    code = row["code"]
    if code == "recovered":
        return replace(session, fault="none", alarm="")
    fault = session.fault if code in NO_FAULTS else code
    return replace(session, fault=fault, alarm=row["text"])


def _rejected(session: Session, row: Row) -> Session:
    """An intent that changed nothing, and why; a request's is for who asked.

    What was superseded is what was wished after it.
    """
    if row["request"] or row["reason"].startswith("superseded"):
        return session
    text = f"{row['address']}: {row['reason']}"
    return replace(session, rejected=text, rejected_meters=REJECTED_METERS)


def _presets(session: Session, row: Row) -> Session:
    """The whole setlist."""
    ids = row["ids"].split(",") if row["ids"] else []
    rows = zip(ids, row["names"].split("\n"), row["effects"].split(","), strict=False)
    return replace(
        session,
        presets=tuple(Preset(*fields) for fields in rows),
        kept=frozenset(name for name in row["kept"].split(",") if name),
        preset=row["current"],
        unsaved=bool(row["unsaved"]),
        wants_presets=False,
    )


def _banks(session: Session, row: Row) -> Session:
    """The banks that can be loaded."""
    return replace(
        session,
        banks=tuple(name for name in row["ids"].split(",") if name),
        bank_id=row["current"],
        loading=row["loading"],
        wants_banks=False,
    )


def _takeover(session: Session, row: Row) -> Session:
    """A knob waits for its parameter, or has it again."""
    knobs = {name: at for name, at in session.knobs.items() if name != row["id"]}
    if row["pending"]:
        knobs[row["id"]] = row["knob"]
    return replace(session, knobs=MappingProxyType(knobs))


def _nothing(session: Session, _: Row) -> Session:
    """What only a page shows, or a later engine says."""
    return session


def _meter(session: Session, row: Row) -> Session:
    """Levels and load; a refusal is shown for a while only."""
    meter = Meter(
        input_dbfs=row["input"],
        output_dbfs=row["output"],
        load_percent=row["load"],
        peak_percent=row["peak"],
        blocks=row["blocks"],
        late=row["late"],
        underruns=row["underruns"],
    )
    left = max(session.rejected_meters - 1, 0)
    rejected = session.rejected if left else ""
    return replace(session, meter=meter, rejected=rejected, rejected_meters=left)


ECHOES: dict[str, Callable[[Session, Row], Session]] = {
    "/echo/effect": lambda session, row: replace(session, effect=row["id"]),
    "/echo/bypass": lambda session, row: replace(session, bypass=bool(row["on"])),
    "/echo/block": _block,
    "/echo/param": _param,
    "/echo/preset": lambda session, row: replace(
        session, preset=row["id"], unsaved=bool(row["unsaved"])
    ),
}
REPORTS: dict[str, Callable[[Session, Row], Session]] = {
    "/echo/rejected": _rejected,
    "/alarm": _alarm,
    "/presets": _presets,
    "/banks": _banks,
    "/takeover": _takeover,
    "/meter": _meter,
}
REJECTED_METERS = 100  # 5 s: the meters are a session's clock
# Alarms that are no fault of the effect: it plays on as it did.
NO_FAULTS = ("bank-refused", "not-saved", "not-read", "card-lost")
# Each has a revision of its own, like an echo, also where it answers or repeats.
NUMBERED = (
    "/presets",
    "/presets/file",
    "/gestures",
    "/expression",
    "/takeover",
    "/banks",
)
