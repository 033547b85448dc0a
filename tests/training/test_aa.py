"""The time-invariant network: right gradients, exact silence, the file's own sound."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from training import aa, evaluate, export, figures, kernels_aa, player, reference, train
from training.aa import Cascade, CascadeShape
from training.material import Material, split_sources, virtual_material
from training.virtual import guitar

SHAPES = {
    "plain": CascadeShape((5, 4)),
    "a knob": CascadeShape((6, 6, 3), knobs=1),
    "slewing": CascadeShape((3, 7), slews=True),
    "two knobs, slewing": CascadeShape((4, 2), knobs=2, slews=True, taps=3, poles=2),
}
LANES, STEPS = 20, 5
GOLDEN = Path(__file__).parents[1] / "cpp" / "golden" / "cascades.json"


def network(shape: CascadeShape) -> Cascade:
    """A network whose every parameter does something, the same each time."""
    torch.manual_seed(3)
    made = Cascade(shape)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter += 0.2 * torch.randn_like(parameter)
    return made


def gradients(made: Cascade) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Output and state, and the gradients, of a window after a run-in."""
    draw = torch.Generator().manual_seed(4)
    kind = made.mix.dtype
    audio, target = torch.randn(2, STEPS, LANES, 16, generator=draw).to(kind)
    knobs = torch.rand(LANES, made.shape.knobs, generator=draw).to(kind)
    with torch.no_grad():
        _, state = made(0.5 * audio, knobs, made.rest(LANES))
    y, state = made(audio, knobs, state)
    (y - target).square().mean().backward()
    learned = [p.grad for p in made.parameters() if p.requires_grad]
    return [y.detach(), *state], learned


@pytest.fixture
def no_kernel(monkeypatch):
    """Torch alone, as where there is no compiler."""
    monkeypatch.setattr(kernels_aa, "library", lambda: None)


def agree(found: list[torch.Tensor], wish: list[torch.Tensor]) -> bool:
    """All within 1e-5 of the largest value of each."""
    return all(
        (one.double() - two).abs().max() <= 1e-5 * max(two.abs().max(), 1e-12)
        for one, two in zip(found, wish, strict=True)
    )


@pytest.mark.skipif(
    kernels_aa.library() is None, reason="no C++ compiler, so no kernel to compare with"
)
@pytest.mark.parametrize("name", SHAPES)
def test_the_kernel_s_gradients_are_those_of_torch_in_float64(name, monkeypatch):
    found = gradients(network(SHAPES[name]))
    monkeypatch.setattr(kernels_aa, "library", lambda: None)
    wish = gradients(network(SHAPES[name]).double())
    assert agree(found[0], wish[0])
    assert agree(found[1], wish[1])


@pytest.mark.parametrize("name", SHAPES)
def test_a_cascade_on_another_device_is_not_handed_to_the_kernel(name, monkeypatch):
    """Its pointers would be read as the processor's own memory."""
    monkeypatch.setattr(kernels_aa, "library", lambda: object())  # it has no function
    made = network(SHAPES[name]).to("meta")
    audio, knobs = torch.zeros(3, LANES, 16), torch.zeros(LANES, made.shape.knobs)
    y, state = made(audio.to("meta"), knobs.to("meta"), made.rest(LANES))
    y.square().mean().backward()
    assert {part.device.type for part in (y, *state, made.mix.grad)} == {"meta"}


@pytest.mark.usefixtures("no_kernel")
def test_torch_s_own_gradients_are_those_of_differences():
    made = network(CascadeShape((2, 2), knobs=1, slews=True, taps=2, poles=2)).double()
    _, learned = gradients(made)
    parameters = [p for p in made.parameters() if p.requires_grad]
    for parameter, gradient in zip(parameters, learned, strict=True):
        losses = []
        for step in (1e-5, -1e-5):
            with torch.no_grad():
                parameter.view(-1)[0] += step
            losses.append(loss_of(made))
            with torch.no_grad():
                parameter.view(-1)[0] -= step
        slope = (losses[0] - losses[1]) / 2e-5
        assert slope == pytest.approx(float(gradient.view(-1)[0]), rel=1e-4, abs=1e-8)


def loss_of(made: Cascade) -> float:
    """The loss that `gradients` takes the gradient of, its run-in held still."""
    draw = torch.Generator().manual_seed(4)
    audio, target = torch.randn(2, STEPS, LANES, 16, generator=draw).double()
    knobs = torch.rand(LANES, made.shape.knobs, generator=draw).double()
    if not hasattr(made, "held"):
        with torch.no_grad():
            made.held = made(0.5 * audio, knobs, made.rest(LANES))[1]
    with torch.no_grad():
        return float((made(audio, knobs, made.held)[0] - target).square().mean())


def test_windows_join_without_a_seam():
    made = network(SHAPES["a knob"])
    audio, knobs = torch.randn(8, LANES, 16), torch.rand(LANES, 1)
    with torch.no_grad():
        whole, _ = made(audio, knobs, made.rest(LANES))
        one, state = made(audio[:3], knobs, made.rest(LANES))
        two, _ = made(audio[3:], knobs, state)
    assert torch.allclose(torch.cat((one, two)), whole, atol=1e-6)


@pytest.mark.parametrize("name", SHAPES)
def test_silence_is_exact_at_every_knob_setting(name):
    model = export.to_model(network(SHAPES[name]))
    knobs = np.linspace(0, 1, 200)[:, None].repeat(SHAPES[name].knobs, axis=1)
    assert not reference.run(model, np.zeros(200), knobs, 16).any()
    settled = player.play_lanes(model, np.zeros((3, 1600)), knobs[[0, 99, 199]])
    assert np.abs(settled).max() < 1e-6


@pytest.mark.parametrize("name", SHAPES)
def test_the_file_sounds_like_the_network_it_came_from(name):
    shape = SHAPES[name]
    made = network(shape)
    model = json.loads(export.to_json(export.to_model(made)))
    audio = 0.3 * np.random.default_rng(1).standard_normal(800)
    wish = reference.run(model, audio, [0.7] * shape.knobs, 16)
    frames = torch.tensor(audio, dtype=torch.float32).view(-1, 1, 16)
    with torch.no_grad():
        heard = made(frames, torch.full((1, shape.knobs), 0.7), made.rest(1))[0]
    assert np.abs(heard.reshape(-1).numpy() - wish).max() < 3e-6 * np.abs(wish).max()
    measured = player.play_lanes(model, audio[None], np.full((1, shape.knobs), 0.7))[0]
    assert np.abs(measured - wish).max() < 3e-6 * np.abs(wish).max()


def test_a_shift_of_the_input_by_one_sample_shifts_the_output():
    model = export.to_model(network(SHAPES["plain"]))
    audio = 0.3 * np.random.default_rng(2).standard_normal(480)
    later = reference.run(model, np.concatenate(([0.0], audio)), [], 16)
    assert np.allclose(later[1:], reference.run(model, audio, [], 16), atol=1e-14)


def test_the_engine_s_golden_cascades_are_what_the_reference_plays():
    for row in json.loads(GOLDEN.read_text(encoding="utf-8")):
        played = reference.run(row["model"], row["input"], row["conditioning"], 16)
        assert np.allclose(played, row["output"], rtol=1e-7, atol=1e-9)


def test_time_constants_cannot_run_away():
    limits = aa.pole(torch.tensor([-50.0, 50.0]))
    assert limits[0] < 0.01
    assert limits[1] == pytest.approx(np.exp(-1 / aa.LONGEST_SAMPLES))


def test_a_knob_moves_time_constants_but_not_beyond_the_limit():
    held = aa.pole(torch.tensor([2.0, 8.0]))
    bent = aa.stretched(held, torch.tensor([[-60.0, 0.0, 60.0]] * 2))
    times = bent / (1.0 - bent)
    assert torch.allclose(bent[:, 1], held)
    assert torch.allclose(
        times[0], times[0, 1] * torch.tensor([0.123, 1.0, 8.12]), rtol=1e-2
    )
    assert times[1, 2] == pytest.approx(aa.LONGEST_SAMPLES, rel=1e-2)


def test_the_usual_network_costs_804_multiplications():
    assert evaluate.cost(export.to_model(Cascade(CascadeShape()))) == 804


def test_images_are_what_is_no_harmonic():
    def strays(wave):
        seconds = np.arange(len(wave)) / 44100
        return wave + 0.0025 * np.sin(2 * np.pi * 1000 * seconds)

    assert figures.images_db(np.tanh, 1244) < -60
    assert figures.images_db(strays, 1244) == pytest.approx(-46.0, abs=0.1)


@pytest.fixture(scope="module")
def material() -> Material:
    """Half a minute of simulated guitar through the screamer, with its knob."""
    dry = split_sources([guitar.play(24.0, seed=11)])
    return virtual_material("screamer", dry, drives=(0.0, 50.0, 100.0))


def test_it_learns_a_pedal_and_its_knob_in_seconds(material):
    shape = CascadeShape((8, 6), knobs=1)
    recipe = replace(train.standard_recipe(shape, seed=0), updates=500, lanes=30)
    result = train.train(material, shape, recipe)
    model = export.silenced(result.network, material.settings)
    figures = evaluate.quality(model, material.test, material.settings)
    assert max(figures["esr_by_setting"]) < 0.1  # 500 updates of 8000
    assert evaluate.idle_dbfs(model, material.settings) < -100
