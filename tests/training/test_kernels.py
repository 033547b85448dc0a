"""The compiled kernel: the same as torch there and back, on every instruction set."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from training import kernels_aa
from training.errors import ShapeError, TrainingError
from training.kernels import build, library, recurrent
from training.models import Network, Shape

CHECK = Path(__file__).with_name("kernel_check.cpp")
PATHS = list(library.paths())
needs_kernel = pytest.mark.skipif(not PATHS, reason="no C++ compiler, so no kernel")
SHAPES = st.fixed_dictionaries(
    {
        "steps": st.integers(1, 40),
        "lanes": st.integers(1, 70),
        "inputs": st.integers(1, 6),
        "hidden": st.integers(1, 41),
        "outputs": st.integers(0, 5),
    }
)


def by_torch(unit, audio, state, weights, head):
    """What the kernel should give."""
    options = (True, 1, 0.0, True, False, False)
    if unit == "lstm":
        heard, *state = torch.lstm(audio, state, list(weights), *options)
    else:
        heard, hidden = torch.gru(audio, state[0], list(weights), *options)
        state = (hidden, state[1])
    return (heard if head is None else heard @ head.T), tuple(state)


def drawn(unit: str, size: dict[str, int]) -> list[torch.Tensor]:
    """Audio, hidden, cell, weights and a head, with memories long and short."""
    rows, hidden = recurrent.GATES[unit] * size["hidden"], size["hidden"]
    lanes = (1, size["lanes"], hidden)
    shapes = [(size["steps"], size["lanes"], size["inputs"]), lanes, lanes]
    shapes += [(rows, size["inputs"]), (rows, hidden), (rows,), (rows,)]
    shapes += [(size["outputs"], hidden)] if size["outputs"] else []
    scales = [1.0, 0.5, 0.5, 0.5, hidden**-0.5, 3.0, 1.0, 1.0]
    return [
        scale * torch.randn(shape) for scale, shape in zip(scales, shapes, strict=False)
    ]


def results(play, unit: str, tensors: list[torch.Tensor], double: bool) -> list:
    """Outputs, last state, and the gradients of all that went in."""
    kind = torch.float64 if double else torch.float32
    tensors = [tensor.to(kind).requires_grad_() for tensor in tensors]
    head = tensors[7] if len(tensors) > 7 else None
    heard, state = play(unit, tensors[0], tuple(tensors[1:3]), tensors[3:7], head)
    torch.manual_seed(1)
    found = [heard, *state]
    loss = sum((part * torch.randn(part.shape)).sum() for part in found)
    return [part.detach() for part in found] + list(torch.autograd.grad(loss, tensors))


@needs_kernel
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("unit", ["lstm", "gru"])
@settings(max_examples=25, deadline=None, derandomize=True)
@given(size=SHAPES, seed=st.integers(0, 1000))
def test_the_kernel_is_torch_to_five_digits(path, unit, size, seed):
    torch.manual_seed(seed)
    tensors = drawn(unit, size)

    def by_kernel(unit, audio, state, weights, head):
        return recurrent.play(unit, audio, state, tuple(weights), head, path=path)

    found = results(by_kernel, unit, tensors, double=False)
    wanted = results(by_torch, unit, tensors, double=True)
    for one, other in zip(found, wanted, strict=True):
        # Sums over few lanes may cancel; 1e-4 is far below what any loss here gives.
        largest = other.abs().max().clamp_min(1e-4)
        assert float((one - other).abs().max() / largest) < 1e-5


@needs_kernel
@pytest.mark.parametrize("path", PATHS)
def test_gates_are_accurate_also_where_they_are_tiny(path):
    """One unit whose inward gate is driven from wide shut to wide open."""
    bias = torch.tensor([0.0, -40.0, 30.0, 40.0])
    drive = torch.linspace(-60.0, 60.0, 4001)
    weights = (torch.tensor([[1.0], [0], [0], [0]]), torch.zeros(4, 1), bias, 0 * bias)
    rest = torch.zeros(1, len(drive), 1)
    _, (_, cell) = recurrent.play(
        "lstm", drive.view(1, -1, 1), (rest, rest), weights, path=path
    )
    wanted = torch.sigmoid(drive.double())
    assert float((cell[0, :, 0] / wanted - 1.0).abs().max()) < 3e-6


@needs_kernel
@pytest.mark.parametrize("path", PATHS)
def test_a_candidate_is_accurate_from_very_quiet_to_very_loud(path):
    bias = torch.tensor([40.0, -40.0, 0.0, 40.0])
    drive = torch.logspace(-30, 2, 4001)
    weights = (torch.tensor([[0.0], [0], [1], [0]]), torch.zeros(4, 1), bias, 0 * bias)
    rest = torch.zeros(1, len(drive), 1)
    _, (_, cell) = recurrent.play(
        "lstm", drive.view(1, -1, 1), (rest, rest), weights, path=path
    )
    wanted = torch.tanh(drive.double())
    assert float((cell[0, :, 0] / wanted - 1.0).abs().max()) < 1e-6


@needs_kernel
@pytest.mark.parametrize("path", PATHS)
def test_what_is_not_a_number_is_not_hidden(path):
    tensors = drawn(
        "lstm", {"steps": 3, "lanes": 4, "inputs": 1, "hidden": 5, "outputs": 1}
    )
    tensors[0][1, 2, 0] = torch.nan
    heard, _ = recurrent.play(
        "lstm", tensors[0], tuple(tensors[1:3]), tuple(tensors[3:7]), tensors[7], path
    )
    assert torch.isnan(heard[:, :, 0]).tolist() == [
        [False] * 4,
        [False, False, True, False],
        [False, False, True, False],
    ]


@needs_kernel
def test_the_way_back_can_be_gone_twice():
    tensors = drawn(
        "gru", {"steps": 9, "lanes": 4, "inputs": 2, "hidden": 5, "outputs": 1}
    )
    weight = tensors[4].requires_grad_()
    heard, _ = recurrent.play(
        "gru", tensors[0], tuple(tensors[1:3]), tuple(tensors[3:7]), tensors[7]
    )
    loss = heard.square().sum()
    first, second = (
        torch.autograd.grad(loss, weight, retain_graph=True)[0] for _ in range(2)
    )
    assert torch.equal(first, second)


@needs_kernel
def test_two_plays_under_way_do_not_share_their_tape():
    tensors = drawn(
        "lstm", {"steps": 9, "lanes": 4, "inputs": 2, "hidden": 5, "outputs": 0}
    )
    weight = tensors[4].requires_grad_()

    def heard(scale: float) -> torch.Tensor:
        parts = tuple(tensors[3:7])
        return recurrent.play("lstm", scale * tensors[0], tuple(tensors[1:3]), parts)[0]

    alone = torch.autograd.grad(heard(1.0).sum(), weight)[0]
    first, _other = heard(1.0), heard(3.0)
    assert torch.equal(torch.autograd.grad(first.sum(), weight)[0], alone)


@needs_kernel
def test_sizes_that_do_not_fit_are_refused():
    tensors = drawn(
        "lstm", {"steps": 2, "lanes": 4, "inputs": 2, "hidden": 5, "outputs": 0}
    )
    with pytest.raises(ShapeError, match="recurrent layer: found"):
        recurrent.play(
            "lstm", tensors[0], tuple(tensors[1:3]), (tensors[3][:-1], *tensors[4:7])
        )


def test_a_path_that_is_not_here_is_named_with_those_that_are():
    with pytest.raises(TrainingError, match='kernel "mmx": not on this machine; take'):
        library.chosen("mmx")


@needs_kernel
@pytest.mark.parametrize("unit", ["lstm", "gru"])
def test_a_network_plays_the_same_without_the_kernel(unit, monkeypatch):
    torch.manual_seed(2)
    network = Network(Shape(knobs=1, unit=unit, hidden=7))
    audio, knobs = torch.randn(50, 3, 1), torch.rand(3, 1)
    heard = []
    for choice in ("", library.NO_KERNEL):
        monkeypatch.setenv(library.CHOICE, choice)
        library.chosen.cache_clear()
        with torch.no_grad():
            heard.append(network(audio, knobs, network.recurrent.rest(3))[0])
    library.chosen.cache_clear()
    assert torch.allclose(*heard, atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "frames", "slower"),
    [
        ("Shape(hidden=3, couplers=1)", 1, "so torch is used, 4 to 10 times slower"),
        ("CascadeShape((3, 2))", 16, "so torch plays block 16, 75 times slower"),
    ],
)
def test_without_a_compiler_torch_is_used_and_said_once(
    tmp_path, shape, frames, slower
):
    code = (
        "import torch\n"
        "from training.models import CascadeShape, Shape, build\n"
        f"network = build({shape})\n"
        f"for _ in range(2): network(torch.zeros(2, 1, {frames}), torch.zeros(1, 0), "
        "network.rest(1))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "", "CXX": "no-such-compiler", "XDG_CACHE_HOME": str(tmp_path)},
        cwd=build.SOURCE.parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stderr.count("training: no compiled kernel") == 1
    assert slower in run.stderr


@needs_kernel
def test_both_kernels_are_built_by_one_command_and_without_torch(tmp_path):
    code = (
        "import sys\n"
        "sys.modules['torch'] = None\n"
        "from training.kernels import build\n"
        "target = lambda call: build.Path(call[call.index('-o') + 1])\n"
        "build.succeeds = lambda call: target(call).touch() is None\n"
        f"build.folders = lambda: [build.Path({str(tmp_path)!r})]\n"
        "sys.exit(build.main())\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    names = sorted(path.name.split("-")[0] for path in tmp_path.iterdir())
    assert names == ["cascade", "recurrent"]


def test_who_chose_torch_is_not_told_that_it_is_slow(monkeypatch, capsys):
    monkeypatch.setattr(kernels_aa, "library", lambda: None)
    monkeypatch.setenv(library.CHOICE, library.NO_KERNEL)
    kernels_aa.say_slow.__wrapped__()
    assert capsys.readouterr().err == ""
    monkeypatch.delenv(library.CHOICE)
    kernels_aa.say_slow.__wrapped__()
    assert capsys.readouterr().err.count("\n") == 1


EMULATED = {  # compiler, flags, path, and what runs it
    "aarch64": ("aarch64-linux-gnu-g++", (), "neon", "qemu-aarch64"),
    "armhf": ("arm-linux-gnueabihf-g++", ("-mfpu=neon",), "portable", "qemu-arm"),
}


def needs_tools(machine):
    """Skips where the machine has no cross compiler or emulator for that processor."""
    compiler, _, _, emulator = EMULATED[machine]
    is_missing = not (shutil.which(compiler) and shutil.which(emulator))
    why = f"needs {compiler} and {emulator} to run another processor's kernel"
    return pytest.param(machine, marks=pytest.mark.skipif(is_missing, reason=why))


@pytest.mark.parametrize("machine", [needs_tools(name) for name in EMULATED])
def test_the_kernel_is_right_on_an_emulated_processor(machine, tmp_path):
    compiler, flags, path, emulator = EMULATED[machine]
    made, source = tmp_path / "check", build.SOURCE
    options = ["-std=c++17", "-O1", "-static", f"-I{source}", f"-DPEDAL_PATH={path}"]
    files = [source / "path.cpp", source / "paths.cpp", CHECK]
    subprocess.run(
        [compiler, *options, *flags, f"-DPEDAL_PATHS(X)=X({path})", *files, "-o", made],
        check=True,
    )
    run = subprocess.run([emulator, made], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
    assert f"{path} lstm" in run.stdout


@needs_kernel
def test_a_library_is_made_once_and_of_other_sources_anew(monkeypatch, tmp_path):
    monkeypatch.setattr(build, "folders", lambda: (tmp_path, tmp_path))
    made = []

    def make(target, compiler):
        made.append(compiler)
        target.write_text("a library")
        return True

    first = build.kept("toy", b"these sources", make)
    assert build.kept("toy", b"these sources", make) == first
    assert len(made) == 1
    assert build.kept("toy", b"other sources", make) != first
    assert build.kept("toy", b"what no compiler takes", lambda *_: False) is None
    assert len(list(tmp_path.iterdir())) == 2


def test_one_variable_chooses_torch_for_both_kernels(monkeypatch):
    monkeypatch.setenv(library.CHOICE, library.NO_KERNEL)
    cached = (kernels_aa.library, library.chosen)
    try:
        for find in cached:
            find.cache_clear()
            assert find() is None
    finally:
        for find in cached:
            find.cache_clear()
