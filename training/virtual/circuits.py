"""Four simulated pedals as chains of stages, solved at eight times the sample rate.

They are circuits of the textbook kind behind well-known sounds, with typical part
values; no unit was measured. 0 dBFS is 1 V at input and output. Names are ours.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import bilinear, firwin, lfilter, resample_poly

from training.errors import TrainingError
from training.virtual import stages

Audio = NDArray[np.float64]
OVERSAMPLING = 8


def audio_taper(position: float) -> float:
    """Share of a logarithmic pot at a position 0..1: 10 % at the middle."""
    return float((81.0**position - 1.0) / 80.0)


def high_pass(audio: Audio, rate_hz: float, ohm: float, farad: float) -> Audio:
    """Series capacitor into a resistor to ground."""
    time_s = ohm * farad
    return lfilter(*bilinear([time_s, 0.0], [time_s, 1.0], rate_hz), audio)


def low_pass(audio: Audio, rate_hz: float, ohm: float, farad: float) -> Audio:
    """Series resistor into a capacitor to ground."""
    return lfilter(*bilinear([1.0], [ohm * farad, 1.0], rate_hz), audio)


def screamer(volts: Audio, rate_hz: float, drive: float) -> Audio:
    """Overdrive: diodes in the feedback of an op-amp that leaves the bass alone."""
    audio = high_pass(volts, rate_hz, 510e3, 20e-9)
    audio = high_pass(audio, rate_hz, 10e3, 1e-6)
    feedback_ohm = 51e3 + 500e3 * audio_taper(drive)
    audio = stages.feedback_clipper(
        audio, 1.0 / rate_hz, feedback_ohm, 51e-12, 4.7e3, 47e-9
    )
    # Tone pot of 20k at the middle around the second op-amp, both capacitors 0.22 uF:
    # 1k into C, wiper over 220 ohm into C; solved by hand for V(out) / V(in).
    wiper, lift, pole = 0.22e-6 * 5220.0, 0.22e-6 * 500.0, 0.22e-6 * 1e3
    top = [wiper + lift, 1.0]
    bottom = [wiper * pole, 1.1 * wiper + pole + lift, 1.1]
    audio = lfilter(*bilinear(top, bottom, rate_hz), audio)
    return 0.8 * high_pass(audio, rate_hz, 100e3, 1e-6)


def rodent(volts: Audio, rate_hz: float, drive: float) -> Audio:
    """Distortion: a slow op-amp with much gain, then diodes to ground."""
    audio = high_pass(volts, rate_hz, 1e6, 22e-9)
    device = (1.0e6, 0.3e6, 3e5, 3.9, 3.8, 0.05)
    network = (200.0 + 60e3 * audio_taper(drive), 100e-12, 47.0, 2.2e-6, 560.0, 4.7e-6)
    audio = stages.amplifier(audio, 1.0 / rate_hz, device, network)
    audio = stages.shunt_clipper(audio, 1.0 / rate_hz, 1e3, 4.7e-6, 21.5e3, 3.3e-9, 1.0)
    return 0.8 * high_pass(audio, rate_hz, 1e6, 22e-9)


def blues(volts: Audio, rate_hz: float, drive: float) -> Audio:
    """Overdrive: two soft, lopsided transistor amplifiers with diodes between them."""
    step_s, share = 1.0 / rate_hz, audio_taper(drive)
    audio = high_pass(volts, rate_hz, 1e6, 47e-9)
    first = (4e6, 3e6, 350.0, 3.4, 2.4, 0.3)
    network = (40e3 + 200e3 * share, 47e-12, 3.3e3, 100e-9, 1e9, 1e-6)
    audio = stages.amplifier(audio, step_s, first, network)
    audio = 0.35 * high_pass(audio, rate_hz, 33e3, 47e-9)  # the passive tone network
    audio = stages.shunt_clipper(audio, step_s, 10e3, 100e-9, 10e3, 470e-12, 2.0)
    second = (4e6, 3e6, 350.0, 2.2, 3.0, 0.3)
    network = (25e3 + 100e3 * share, 100e-12, 4.7e3, 220e-9, 1e9, 1e-6)
    audio = stages.amplifier(audio, step_s, second, network)
    audio = low_pass(audio, rate_hz, 2.2e3, 18e-9)
    return 0.3 * high_pass(audio, rate_hz, 47e3, 1e-6)


def inverting_clipper(audio: Audio, rate_hz: float) -> Audio:
    """A transistor stage as an ideal inverting amplifier, diodes in its feedback.

    10k and 100 nF into the virtual ground, 470k, 470 pF and the diodes back: what the
    non-inverting stage gives beyond its input, turned over.
    """
    step_s = 1.0 / rate_hz
    both = stages.feedback_clipper(audio, step_s, 470e3, 470e-12, 10e3, 100e-9)
    return audio - both


def scoop(audio: Audio, rate_hz: float) -> Audio:
    """A tone pot of 100k at its middle between a low-pass and a high-pass.

    39k into 10 nF and 3.9 nF into 22k, nodes joined by the pot, which is not loaded:
    V(wiper) = (V(low) + V(high)) / 2, solved by hand from both nodes' currents.
    """
    low, high, pot = 1.0 / 39e3, 1.0 / 22e3, 1.0 / 100e3  # siemens
    c_low, c_high = 10e-9, 3.9e-9
    top = [c_low * c_high, 2.0 * c_high * (low + pot), low * (high + 2.0 * pot)]
    middle = c_low * (high + pot) + c_high * (low + pot)
    bottom = [c_low * c_high, middle, (low + pot) * (high + pot) - pot * pot]
    return lfilter(*bilinear([0.5 * part for part in top], bottom, rate_hz), audio)


def fuzz(volts: Audio, rate_hz: float, drive: float) -> Audio:
    """Fuzz: a booster, two clipping stages one after the other, a scooped tone."""
    audio = high_pass(volts, rate_hz, 39e3, 1e-6)
    audio = -10.0 * low_pass(audio, rate_hz, 390e3, 100e-12)  # 390k over 39k
    audio = (0.02 + 0.98 * audio_taper(drive)) * audio  # the sustain pot
    audio = inverting_clipper(audio, rate_hz)
    audio = scoop(inverting_clipper(audio, rate_hz), rate_hz)
    return 1.5 * high_pass(audio, rate_hz, 100e3, 100e-9)


PEDALS: dict[str, Callable[[Audio, float, float], Audio]] = {
    "screamer": screamer,
    "blues": blues,
    "rodent": rodent,
    "fuzz": fuzz,
}
CIRCUITS = {
    "screamer": "simulated overdrive: op-amp with a diode pair in its feedback",
    "blues": "simulated two-stage transistor overdrive with diodes between the stages",
    "rodent": "simulated distortion: slewing op-amp and a diode pair to ground",
    "fuzz": "simulated fuzz: two clipping transistor stages and a scooped tone",
}


def render(
    name: str,
    audio: NDArray[np.floating],
    drive: float,
    rate_hz: int = 44100,
    oversampling: int = OVERSAMPLING,
) -> NDArray[np.float32]:
    """Plays audio through a simulated pedal, without delay.

    audio: (N,), 1.0 = 1 V.   drive: 0..100 %.   returns: (N,), 1.0 = 1 V.
    Raises TrainingError for a name that is not in PEDALS or a drive out of range.
    """
    if name not in PEDALS:
        known = ", ".join(PEDALS)
        raise TrainingError(f'simulated pedal "{name}": not known; take one of {known}')
    if not 0.0 <= drive <= 100.0:
        raise TrainingError(f"drive: found {drive:g} %, expected 0 to 100 %")
    if len(audio) == 0:
        return np.zeros(0, np.float32)
    # Linear phase, flat to 19 kHz, -90 dB from 22 kHz on: aliases stay out of the data.
    taps = firwin(
        64 * oversampling + 1, 1.0 / oversampling * 0.93, window=("kaiser", 9.0)
    )
    volts = resample_poly(np.asarray(audio, np.float64), oversampling, 1, window=taps)
    played = PEDALS[name](volts, float(rate_hz * oversampling), drive / 100.0)
    return resample_poly(played, 1, oversampling, window=taps).astype(np.float32)
