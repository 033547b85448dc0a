"""Which guitar a bank's training left out, so that its figures can be believed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training import audio, evaluation, factory, unheard
from training.errors import TrainingError
from training.material import split_sources

Origin = Mapping[str, Any]  # the provenance of an effect


def plan_of(origin: Origin) -> dict[str, Any] | None:
    """The plan of runs/ whose recordings an effect was trained on, if it is one."""
    for path in sorted(factory.PLAN.parent.glob("*.toml")):
        plan = factory.read_plan(path)
        if factory.sources(plan) == list(origin.get("recordings", ())):
            return plan
    return None


def guitar(
    recordings: Path | None, given: Path | None, origin: Origin, rest: bool = False
) -> tuple[str, audio.Audio]:
    """What an effect is measured on: its source in words, and (N,).

    recordings: a folder; None plays the simulated guitar. given: the plan that the bank
    came from; without one it is found by the recordings that the provenance names.
    rest: what the plan took no part of, instead of its held-out part.
    Raises TrainingError where nobody knows, AudioError.
    """
    if recordings is None:
        if rest:
            raise TrainingError("--unheard: expected --recordings DIR, found none")
        return evaluation.held_out()
    known = plan_of(origin) if given is None else factory.read_plan(given)
    folders = [row["folder"] for row in known["recordings"]] if known else []
    if recordings.name in folders:
        raise TrainingError(
            f"--recordings {recordings}: found one folder of the plan "
            f"{known['name'] if known else ''}, which its training heard a part of; "
            "name the folder above it"
        )
    there = all((recordings / name).is_dir() for name in folders)
    if known and (there or given is not None):
        if rest:
            return unheard.rest(known, recordings)
        words = f"the held-out part of the plan {known['name']}, {recordings.name}"
        return words, factory.gather(known, recordings)["test"]
    if rest:
        raise TrainingError(
            "--unheard: found no plan that the bank came from; name it by --plan"
        )
    dry = split_sources([audio.gather(recordings)])["test"]
    return whose(recordings, origin, known is not None), dry


def whose(recordings: Path, origin: Origin, planned: bool) -> str:
    """The last 14 % of a folder in words: what its training knew of it."""
    named = [row["source"] for row in origin.get("recordings", ())]
    if recordings.name in named:
        return f"the part of {recordings.name} that its training held out"
    if planned:
        return f"the end of {recordings.name}, which is not of its plan's recordings"
    return f"the end of {recordings.name}, which its provenance does not name"
