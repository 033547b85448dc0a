"""The delay of a causal system whose filters delay the sound by their own.

A pedal's filters and a loudspeaker delay the middle of every note, so the peak of a
correlation lies some samples late. They are (nearly) of minimum phase: their phase
follows from their magnitude by the Hilbert transform of Kramers and Kronig, also where
the magnitude lies above the band that the guitar reaches. So magnitude and delay are
found together, by least squares on magnitude and phase, with a magnitude that bends as
little as it can over octaves. A distorted sound is compared with the guitar as several
clippers would leave it, and the one that explains most is believed (Bussgang's theorem
makes the cross spectrum behind a clipper that of the filters alone).

Letters: N samples, F bins, T frames, G points of the magnitude.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import bilinear, lfilter, stft

Array = NDArray[np.float64]
RATE_HZ = 44100
SIZE = 4096  # samples a frame
HZ = np.arange(SIZE // 2 + 1) * RATE_HZ / SIZE  # (F,)
OCTAVE_PARTS = 8  # points of the magnitude an octave, from 50 Hz up
LOWEST_HZ, BAND_HZ = 50.0, (80.0, 16000.0)
MAGNITUDE_WEIGHT, STIFFNESS = 0.2, 14.0  # chosen on 56 pairs of simulated circuits
FINER, SEARCH = 8, 64  # first guess: steps a sample, samples to either side
BASS_CUT_HZ = 700.0  # what most overdrives take away before they clip
CLIPPERS = ((0.0, False), (2.0, True), (2.0, False), (10.0, True), (10.0, False))


@dataclass(frozen=True)
class Found:
    """samples: delay; polarity: 1 or -1; certainty: more is better, of one pair."""

    samples: float
    polarity: int
    certainty: float


def frames(audio: Array) -> NDArray[np.complex128]:
    """Spectra of frames that overlap by three quarters, (N,) -> (F, T)."""
    overlap = SIZE * 3 // 4
    return stft(
        audio, RATE_HZ, "hann", SIZE, overlap, boundary=None, padded=len(audio) < SIZE
    )[2]


def clipped(audio: Array, gain: float, bass_cut: bool) -> Array:
    """The guitar behind a clipper that it drives gain times over its own rms."""
    if bass_cut:
        time_s = 1.0 / (2.0 * math.pi * BASS_CUT_HZ)
        audio = lfilter(*bilinear([time_s, 0.0], [time_s, 1.0], RATE_HZ), audio)
    if gain == 0.0:
        return audio
    return np.tanh(gain / (np.sqrt(np.mean(audio**2)) + 1e-12) * audio)


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


def delay_of(dry: NDArray[np.complex128], wet: NDArray[np.complex128]) -> Found:
    """The delay of wet behind dry, within 64 samples, of frames (F, T)."""
    level, phase, bend = bases()
    cross, power, coherence = cross_spectra(dry, wet)
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
    use = (HZ > 100.0) & (HZ < 12000.0)
    return Found(samples, sign, float(-np.log1p(-0.999 * coherence[use]).sum()))


def first_guess(weight: Array, angle: Array) -> tuple[float, int]:
    """The lag and sign at which bins of these angles agree best, (F,) each."""
    spectrum = np.zeros(SIZE * FINER // 2 + 1, complex)
    spectrum[: len(HZ)] = weight * np.exp(1j * angle)
    agreement = np.fft.irfft(spectrum)
    near = np.r_[-SEARCH * FINER : SEARCH * FINER + 1]
    best = near[np.abs(agreement[near]).argmax()]
    return best / FINER, 1 if agreement[best] > 0 else -1


def delay(dry: Array, wet: Array) -> Found:
    """The delay of wet behind dry, both (N,), within 64 samples to either side."""
    heard = frames(wet)
    found = [
        delay_of(frames(clipped(dry, gain, bass_cut)), heard)
        for gain, bass_cut in CLIPPERS
    ]
    return max(found, key=lambda one: one.certainty)
