"""The delay of a causal system whose filters delay the sound by their own.

A pedal's filters and a loudspeaker delay the middle of every note, so the peak of a
correlation lies some samples late. They are (nearly) of minimum phase: their phase
follows from their magnitude by the Hilbert transform of Kramers and Kronig, also where
the magnitude lies above the band that the guitar reaches. So magnitude and delay are
found together, by least squares on magnitude and phase, with a magnitude that bends as
little as it can over octaves. A distorted sound is compared with the guitar as several
clippers would leave it, and those that explain most are believed (Bussgang's theorem
makes the cross spectrum behind a clipper that of the filters alone).

Letters: N samples, F bins, T frames, G points of the magnitude.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import bilinear, lfilter, stft

Array = NDArray[np.float64]
RATE_HZ = 44100
SIZE = 4096  # samples a frame
HZ = np.arange(SIZE // 2 + 1) * RATE_HZ / SIZE  # (F,)
OCTAVE_PARTS = 8  # points of the magnitude an octave, from 50 Hz up
LOWEST_HZ, BAND_HZ = 50.0, (80.0, 16000.0)
MAGNITUDE_WEIGHT, STIFFNESS = 0.2, 7.0  # chosen on 32 pairs of simulated circuits
FINER, SEARCH = 8, 64  # first guess: steps a sample, samples to either side
BASS_CUT_HZ = 700.0  # what most overdrives take away before they clip


@dataclass(frozen=True)
class Found:
    """samples: delay; polarity: 1 or -1; clipper: the one that explains most."""

    samples: float
    polarity: int
    clipper: "Clipper"


def frames(audio: Array) -> NDArray[np.complex128]:
    """Spectra of frames that overlap by three quarters, (N,) -> (F, T)."""
    overlap = SIZE * 3 // 4
    return stft(
        audio, RATE_HZ, "hann", SIZE, overlap, boundary=None, padded=len(audio) < SIZE
    )[2]


class Clipper(NamedTuple):
    """A pedal as far as a delay needs it: gain over rms (0 does not clip), corners of
    first-order filters before it (0: none)."""

    gain: float
    high_pass_hz: float = 0.0
    low_pass_hz: float = 0.0


def clipped(audio: Array, clipper: Clipper) -> Array:
    """The guitar behind a clipper, (N,)."""
    if clipper.high_pass_hz:
        time_s = 1.0 / (2.0 * math.pi * clipper.high_pass_hz)
        audio = lfilter(*bilinear([time_s, 0.0], [time_s, 1.0], RATE_HZ), audio)
    if clipper.low_pass_hz:
        time_s = 1.0 / (2.0 * math.pi * clipper.low_pass_hz)
        audio = lfilter(*bilinear([1.0], [time_s, 1.0], RATE_HZ), audio)
    if clipper.gain == 0.0:
        return audio
    return np.tanh(clipper.gain / (np.sqrt(np.mean(audio**2)) + 1e-12) * audio)


CLIPPERS = (
    Clipper(0.0),
    Clipper(2.0, BASS_CUT_HZ),
    Clipper(2.0),
    Clipper(10.0, BASS_CUT_HZ),
    Clipper(10.0),
    Clipper(4.0, 0.0, 1500.0),
    Clipper(10.0, 0.0, 1500.0),
    Clipper(10.0, BASS_CUT_HZ, 1500.0),
)
PLAIN_CLIPPERS = CLIPPERS[:5]  # without a low pass
FAITH = 4.0  # power of what a clipper explains, its weight
LEAN = -0.6  # samples that this is late by, on the mean of the same pairs
CERTAIN_HZ = (100.0, 12000.0)


@cache
def bases() -> tuple[Array, Array, Array]:
    """Log magnitude at the bins and its minimum phase (F, G), its bending (G, G)."""
    top = math.log2(RATE_HZ / 2)
    grid = np.arange(math.log2(LOWEST_HZ), top, 1.0 / OCTAVE_PARTS)
    octave = np.clip(np.log2(np.maximum(HZ, 1.0)), grid[0], grid[-1])
    level = np.array([np.interp(octave, grid, row) for row in np.eye(len(grid))]).T
    mirrored = np.concatenate((level, level[-2:0:-1]))
    cepstrum = np.fft.ifft(mirrored, axis=0).real
    cepstrum[1 : SIZE // 2] *= 2.0
    cepstrum[SIZE // 2 + 1 :] = 0.0
    phase = np.fft.fft(cepstrum, axis=0).imag[: SIZE // 2 + 1]
    bend = np.diff(np.eye(len(grid)), 2, axis=0)
    return level, phase, (STIFFNESS / len(grid)) ** 2 * bend.T @ bend


def cross_spectra(
    dry: NDArray[np.complex128], wet: NDArray[np.complex128]
) -> tuple[NDArray[np.complex128], Array, Array]:
    """Cross spectrum, spectrum of dry, coherence: (F,) each, of frames (F, T).

    Frames count alike, however loud; the quietest 30 % are left out as noise.
    """
    heard, played = np.sum(np.abs(wet) ** 2, 0), np.sum(np.abs(dry) ** 2, 0)
    use = played > np.percentile(played, 30)
    use &= heard > 1e-4 * np.percentile(heard, 95)
    weight = use / np.maximum(np.sqrt(heard * played), 1e-12)
    cross = (dry.conj() * wet) @ weight
    power, other = np.abs(dry) ** 2 @ weight, np.abs(wet) ** 2 @ weight
    return cross, power, np.abs(cross) ** 2 / (power * other + 1e-30)


def delay_of(
    cross: NDArray[np.complex128], power: Array, coherence: Array
) -> tuple[float, int]:
    """Delay within 64 samples and polarity, of what `cross_spectra` returns."""
    level, phase, bend = bases()
    inside = (BAND_HZ[0] < HZ) & (BAND_HZ[1] > HZ)
    weight = np.where(inside, np.maximum(coherence - 0.03, 0), 0.0)
    weight *= 200.0 / np.maximum(HZ, 200.0) / (1.05 - coherence)
    weight /= weight.sum() + 1e-30
    measured = np.log(np.abs(cross) / (power + 1e-30) + 1e-30)
    measured -= np.sum(weight * measured)
    angle, turn = np.angle(cross), 2.0 * math.pi * HZ / RATE_HZ  # radians a sample

    square = MAGNITUDE_WEIGHT * (level.T * weight) @ level + bend
    square += 1e-9 * np.eye(len(bend))
    right = MAGNITUDE_WEIGHT * level.T @ (weight * measured)
    magnitude = np.linalg.solve(square, right)
    samples, sign = first_guess(weight * HZ, angle - phase @ magnitude)
    angle = angle - (0.0 if sign > 0 else math.pi)
    columns = np.hstack((phase, -turn[:, None]))
    for _ in range(5):  # the phase is known but for whole turns: unwrap, solve, again
        model = phase @ magnitude - turn * samples
        left = np.angle(np.exp(1j * (angle - model)))
        trust = weight / (1.0 + (left / 0.7) ** 2)
        normal = (columns.T * trust) @ columns + 1e-9 * np.eye(columns.shape[1])
        normal[:-1, :-1] += square
        aim = columns.T @ (trust * (left + model))
        aim[:-1] += right
        solved = np.linalg.solve(normal, aim)
        magnitude, samples = solved[:-1], float(solved[-1])
    return samples, sign


def first_guess(weight: Array, angle: Array) -> tuple[float, int]:
    """The lag and sign at which bins of these angles agree best, (F,) each."""
    spectrum = np.zeros(SIZE * FINER // 2 + 1, complex)
    spectrum[: len(HZ)] = weight * np.exp(1j * angle)
    agreement = np.fft.irfft(spectrum)
    near = np.r_[-SEARCH * FINER : SEARCH * FINER + 1]
    best = near[np.abs(agreement[near]).argmax()]
    return best / FINER, 1 if agreement[best] > 0 else -1


def certainty(coherence: Array) -> float:
    """How much of what is heard is explained: minus log of what is left, (F,)."""
    low, high = CERTAIN_HZ
    use = (low < HZ) & (high > HZ)
    return float(-np.log1p(-0.999 * coherence[use]).sum())


def delay(dry: Array, wet: Array, clippers: Sequence[Clipper] = CLIPPERS) -> Found:
    """The delay of wet behind dry, both (N,), within 64 samples to either side.

    What the clippers say is averaged; one counts the more the more it explains.
    """
    heard = frames(wet)
    spectra = [cross_spectra(frames(clipped(dry, one)), heard) for one in clippers]
    explained = np.array([certainty(coherence) for *_, coherence in spectra])
    found = [delay_of(*one) for one in spectra]
    share = (explained / (explained.max() + 1e-30)) ** FAITH
    best = int(explained.argmax())
    samples = np.average([one[0] for one in found], weights=share)
    lean = LEAN if clippers[best].gain else 0.0  # a plain copy has none
    return Found(float(samples) - lean, found[best][1], clippers[best])
