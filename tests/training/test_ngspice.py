"""The simulated pedals against ngspice: the same parts, another solver."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from training.virtual import circuits, guitar, parts

NGSPICE = shutil.which("ngspice")
pytestmark = pytest.mark.skipif(
    NGSPICE is None, reason="no ngspice; install packages.txt [test]"
)
RATE_HZ = 44100 * circuits.OVERSAMPLING
SECONDS = 0.15
LIMIT_DB = -55.0
KELVIN_300 = 26.84  # C, of the thermal voltage in stages.py


def netlist(pedal: circuits.Pedal, source: Path, target: Path) -> str:
    """A deck that plays a table of volts and writes what comes out."""
    nodes = ["in", *(f"n{place}" for place in range(1, len(pedal) + 1))]
    lines = [
        "a simulated pedal",
        f'Asource %vd([in 0]) table\n.model table filesource (file="{source}" '
        "amploffset=[0 0] amplscale=[1 1] amplstep=false)",
        "Rin in 0 1meg",
        *parts.models(),
    ]
    for place, part in enumerate(pedal):
        lines += part.circuit(f"x{place}", nodes[place], nodes[place + 1])
    step = 1.0 / RATE_HZ
    lines += [
        ".options method=trap reltol=1e-5 abstol=1e-13 vntol=1e-8",
        f".options temp={KELVIN_300} tnom={KELVIN_300}",
        ".control",
        f"tran {step:.9g} {SECONDS:g} 0 {step:.9g} uic",
        "linearize " + f"v({nodes[-1]})",
        f"wrdata {target} v({nodes[-1]})",
        "quit",
        ".endc",
        ".end",
    ]
    return "\n".join(lines) + "\n"


def by_ngspice(pedal: circuits.Pedal, volts: np.ndarray, folder: Path) -> np.ndarray:
    """What ngspice makes of volts at RATE_HZ, at the same moments."""
    time_s = np.arange(len(volts)) / RATE_HZ
    table, heard = folder / "in.txt", folder / "out.txt"
    np.savetxt(table, np.stack((time_s, volts), axis=1), "%.12g")
    deck = folder / "deck.cir"
    deck.write_text(netlist(pedal, table, heard), encoding="utf-8")
    done = subprocess.run(
        [NGSPICE, "-b", str(deck)], capture_output=True, text=True, timeout=300
    )
    assert heard.exists(), done.stderr[-2000:] + done.stdout[-2000:]
    found = np.loadtxt(heard)
    return np.interp(time_s, found[:, 0], found[:, 1])


def assert_as_in_ngspice(pedal: circuits.Pedal, what: str, folder: Path) -> None:
    """Plays a riff through both."""
    from scipy.signal import resample_poly

    riff = guitar.play(1.0, seed=3)[4410 : 4410 + round(SECONDS * 44100)]
    volts = resample_poly(riff * np.minimum(1.0, np.arange(len(riff)) / 200), 8, 1)
    ours = circuits.solve(pedal, volts.astype(float), float(RATE_HZ))
    theirs = by_ngspice(pedal, volts, folder)
    error = np.sum((ours - theirs) ** 2) / np.sum(theirs**2)
    print(f"{what}: {10 * np.log10(error):.1f} dB from ngspice")
    assert 10 * np.log10(error) < LIMIT_DB


@pytest.mark.parametrize("drive", [50.0, 100.0])
@pytest.mark.parametrize("name", sorted(circuits.PEDALS))
def test_a_pedal_plays_as_in_ngspice(name, drive, tmp_path):
    pedal = circuits.at(name, drive)
    assert_as_in_ngspice(pedal, f"{name} at drive {drive:g} %", tmp_path)


@pytest.mark.parametrize("tone", [0.0, 80.0])
@pytest.mark.parametrize("name", circuits.TONED)
def test_a_pedal_whose_tone_is_turned_plays_as_in_ngspice(name, tone, tmp_path):
    pedal = circuits.at(name, 30.0, tone)
    assert_as_in_ngspice(pedal, f"{name} at tone {tone:g} %", tmp_path)
