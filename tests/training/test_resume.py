"""A run that is killed goes on where it was, and ends in the very same network."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from training import checkpoint, run, train
from training.errors import CheckpointError
from training.material import Material, Part, split_sources, virtual_material
from training.models import Shape
from training.virtual import guitar

SHAPE = Shape(hidden=5)
RECIPE = run.Recipe(updates=24, lanes=8, window=256, validations=4)


class KilledError(BaseException):
    """What a test ends a run with, as nothing in the product would."""


@pytest.fixture(scope="module")
def material() -> Material:
    """Some simulated guitar through the screamer at one drive."""
    dry = split_sources([guitar.play(24.0, seed=11)])
    return virtual_material("screamer", dry, drives=(50.0,))


@pytest.fixture(autouse=True)
def saved_at_every_update(monkeypatch):
    monkeypatch.setattr(train, "SAVE_SECONDS", 0.0)


def killer(updates: int):
    """Ends a run after so many updates."""

    def watch(report: run.Report) -> None:
        if report.done * RECIPE.updates >= updates:
            raise KilledError

    return watch


def killed_after(updates: int, material: Material, kept: Path) -> None:
    """Trains until the run is killed."""
    with pytest.raises(KilledError):
        train.train(material, SHAPE, RECIPE, kept=kept, watch=killer(updates))


def notes_of(material: Material, kept: Path, recipe=RECIPE):
    """Trains to the end.   returns: the result, and all that was said."""
    notes: list[str] = []
    result = train.train(
        material, SHAPE, recipe, kept=kept, watch=lambda r: notes.append(r.note)
    )
    return result, [note for note in notes if note]


def same(one: torch.nn.Module, two: torch.nn.Module) -> bool:
    """True if every weight is the same to the bit."""
    pairs = zip(one.parameters(), two.parameters(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def tensors_in(value):
    """All tensors of a nest."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from tensors_in(item)


@pytest.mark.parametrize("updates", [1, 7, 19])
def test_a_killed_run_ends_in_the_same_network_as_one_that_was_not(
    material, tmp_path, updates
):
    whole = train.train(material, SHAPE, RECIPE)
    killed_after(updates + 1, material, tmp_path)
    result, notes = notes_of(material, tmp_path)
    assert notes == [f"going on after {updates} of 24 updates"]
    assert same(result.network, whole.network)
    assert result.validation_esr == whole.validation_esr


def test_a_killed_run_with_remedies_ends_in_the_same_network_as_well(
    material, tmp_path
):
    recipe = replace(RECIPE, remedies=True)
    dry = material.train.audio
    knob = replace(
        material,
        train=Part(dry, np.stack((material.train.targets[0], 0.5 * dry))),
        validate=Part(material.validate.audio, material.validate.targets[[0, 0]]),
        settings=np.array([[0.0], [1.0]], np.float32),
        conditioning=["drive"],
    )
    shape = replace(SHAPE, knobs=1)
    whole = train.train(knob, shape, recipe)
    with pytest.raises(KilledError):
        train.train(knob, shape, recipe, kept=tmp_path, watch=killer(15))
    assert same(train.train(knob, shape, recipe, kept=tmp_path).network, whole.network)


def test_a_run_that_began_on_a_gpu_goes_on_on_the_cpu(material, tmp_path, monkeypatch):
    """Its file says "cuda:0" of every tensor, as a GPU's would."""
    whole = train.train(material, SHAPE, RECIPE)
    with monkeypatch.context() as patch:
        patch.setattr(torch.serialization, "location_tag", lambda _: "cuda:0")
        killed_after(8, material, tmp_path)
    if not torch.cuda.is_available():
        with pytest.raises(RuntimeError, match="CUDA"):
            torch.load(next(tmp_path.glob("*.checkpoint")), weights_only=True)
    result, notes = notes_of(material, tmp_path)
    assert notes == ["going on after 7 of 24 updates"]
    assert same(result.network, whole.network)


@pytest.mark.filterwarnings("ignore:.*copying from a non-meta parameter")
def test_what_is_taken_up_lies_on_the_device_that_goes_on_with_it(material):
    recipe = replace(RECIPE, remedies=True)
    one, two = (run.Run(material, replace(SHAPE, still=True), recipe) for _ in range(2))
    for _ in range(8):
        one.step()
    two.device = torch.device("meta")
    two.network.to("meta")
    two.restore(one.state())
    found = [two.silence.state(), two.optimiser.state_dict(), two.carried]
    tensors = list(tensors_in(found))
    assert len(tensors) > 15  # of each part some
    assert {tensor.device.type for tensor in tensors} == {"meta"}


def test_a_run_of_another_seed_does_not_go_on_from_it(material, tmp_path):
    killed_after(5, material, tmp_path)
    _, notes = notes_of(material, tmp_path, replace(RECIPE, seed=1))
    assert notes == []


def test_a_run_on_other_recordings_does_not_go_on_from_it(material, tmp_path):
    killed_after(5, material, tmp_path)
    targets = material.train.targets.copy()
    targets[0, 1234] += 1e-6
    part = replace(material.train, targets=targets)
    _, notes = notes_of(replace(material, train=part), tmp_path)
    assert notes == []


@pytest.mark.parametrize("left", [0, 10, 2000])
def test_a_checkpoint_cut_short_is_said_in_a_line_and_the_run_starts_over(
    material, tmp_path, left
):
    whole = train.train(material, SHAPE, RECIPE)
    killed_after(9, material, tmp_path)
    path = next(tmp_path.glob("*.checkpoint"))
    path.write_bytes(path.read_bytes()[:left])
    result, notes = notes_of(material, tmp_path)
    assert len(notes) == 1
    assert notes[0].endswith("found no whole checkpoint, so the run starts over")
    assert same(result.network, whole.network)


def test_a_checkpoint_of_another_form_starts_over_as_well(material, tmp_path):
    killed_after(9, material, tmp_path)
    path = next(tmp_path.glob("*.checkpoint"))
    checkpoint.save(path, {"network": {}})
    _, notes = notes_of(material, tmp_path)
    assert len(notes) == 1
    assert "starts over" in notes[0]


def test_a_checkpoint_cannot_run_code(tmp_path):
    path = tmp_path / "evil.checkpoint"

    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    torch.save({"network": Evil()}, path)
    with pytest.raises(CheckpointError):
        checkpoint.load(path)
    assert not (tmp_path / "ran").exists()


def test_a_full_disk_costs_a_line_and_not_the_run(material, tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    result, notes = notes_of(material, tmp_path)
    assert result.updates == 24
    assert len(notes) == 1
    assert "No space left on device; the run goes on" in notes[0]
    assert not list(tmp_path.iterdir())


def test_a_finished_run_is_not_learned_again(material, tmp_path):
    whole = train.train(material, SHAPE, RECIPE, kept=tmp_path)
    again, notes = notes_of(material, tmp_path)
    assert notes == ["going on after 24 of 24 updates"]
    assert same(again.network, whole.network)


def test_runs_that_nobody_took_up_for_a_month_are_removed(tmp_path):
    old, new = tmp_path / "old.checkpoint", tmp_path / "new.checkpoint"
    for path in (old, new):
        path.touch()
    os.utime(old, (0, 0))
    checkpoint.prune(tmp_path)
    assert not old.exists()
    assert new.exists()
