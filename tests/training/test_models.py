"""The networks: silent at rest whatever the knobs say, with memories of all lengths."""

import pytest
import torch

from training.aa import CascadeShape
from training.models import (
    Network,
    Shape,
    chrono_bias,
    device,
    standard_shape,
    usual_device,
)

SHAPES = {
    "block 1": Shape(knobs=1),
    "block 16": Shape(frames=16, knobs=1, before=(12,), hidden=12, in_skip=0),
    "gru": Shape(unit="gru", knobs=2, hidden=8),
    "shifted": Shape(knobs=1, before=(5,), shifted=True),
    "dense after": Shape(knobs=1, before=(6, 5), hidden=8, after=(7,)),
}


def played(shape: Shape, audio: torch.Tensor, knob: float) -> torch.Tensor:
    """audio: (T, B, F) through a fresh network."""
    torch.manual_seed(0)
    network = Network(shape)
    lanes = audio.shape[1]
    knobs = torch.full((lanes, shape.knobs), knob)
    with torch.no_grad():
        return network(audio, knobs, network.recurrent.rest(lanes))[0]


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("knob", [0.0, 0.3, 1.0])
def test_silence_is_exactly_silent_at_every_knob_setting(name, knob):
    shape = SHAPES[name]
    assert (
        torch.count_nonzero(played(shape, torch.zeros(50, 2, shape.frames), knob)) == 0
    )


@pytest.mark.parametrize("name", SHAPES)
def test_a_knob_changes_the_sound(name):
    shape = SHAPES[name]
    torch.manual_seed(5)
    audio = 0.3 * torch.randn(60, 2, shape.frames)
    assert not torch.allclose(played(shape, audio, 0.0), played(shape, audio, 1.0))


def test_a_network_can_be_lopsided():
    """Silence at rest must not cost even harmonics: -x need not give -y."""
    audio = 0.5 * torch.sin(torch.arange(400.0) * 0.05).view(-1, 1, 1)
    shape = SHAPES["block 1"]
    gap = played(shape, audio, 0.5) + played(shape, -audio, 0.5)
    assert float(gap.abs().max()) > 1e-4


def test_state_carried_over_a_cut_changes_nothing():
    torch.manual_seed(0)
    network, audio = Network(SHAPES["block 1"]), torch.randn(100, 3, 1)
    knobs = torch.zeros(3, 1)
    with torch.no_grad():
        whole, _ = network(audio, knobs, network.recurrent.rest(3))
        first, state = network(audio[:37], knobs, network.recurrent.rest(3))
        second, _ = network(audio[37:], knobs, state)
    assert torch.allclose(whole, torch.cat((first, second)), atol=1e-6)


def test_chrono_biases_span_memories_from_short_to_long():
    bias = chrono_bias(Shape(hidden=16))
    forget, inward = bias[16:32], bias[:16]
    assert torch.equal(inward, -forget)
    assert forget.exp()[0].item() == pytest.approx(1.5, rel=1e-3)
    assert forget.exp()[-1].item() == pytest.approx(2000.0, rel=1e-3)


def test_memories_of_a_framed_network_are_counted_in_frames():
    bias = chrono_bias(Shape(frames=16, hidden=16))
    assert bias[16:32].exp()[-1].item() == pytest.approx(125.0, rel=1e-3)


def test_the_factory_sizes_are_16_and_32_units():
    assert standard_shape(1, None, knobs=1).hidden == 16
    assert standard_shape(16, None, 1, recurrent=True).before == (32,)
    assert standard_shape(16, 24, knobs=1).sizes == (8,) * 5


@pytest.mark.parametrize(
    ("shape", "gpu", "kernel", "where"),
    [
        (Shape(), True, True, "cuda"),
        (Shape(), False, True, "cpu"),
        (CascadeShape(), True, True, "cpu"),
        (CascadeShape(), True, False, "cuda"),
        (CascadeShape(), False, False, "cpu"),
    ],
)
def test_a_cascade_learns_where_its_kernel_is_and_others_on_a_gpu(
    shape, gpu, kernel, where
):
    assert usual_device(shape, gpu, kernel) == where


def test_a_device_that_was_chosen_is_taken_for_a_cascade_too(monkeypatch):
    monkeypatch.setenv("PEDAL_DEVICE", "meta")
    assert device(CascadeShape()).type == "meta"
