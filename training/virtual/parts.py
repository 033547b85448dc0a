"""The parts of simulated pedals: each plays itself, and tells its circuit.

One list of parts is a pedal; stages.py solves it for training, ngspice for a test that
holds the two together. Volts, ohms, farads, seconds; output nodes load nothing.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.signal import bilinear, lfilter

from training.virtual import stages

Audio = NDArray[np.float64]
OP_AMP = 1e7  # gain of an ideal one in a netlist
LEAST_OHM = 1e-3  # of a pot turned to its end, in a netlist
DIODES = ".model clip D(IS={current:g} N={slope:g})"


class Part(Protocol):
    """A stage of a pedal."""

    def play(self, volts: Audio, rate_hz: float) -> Audio:
        """(N,) volts at a rate -> (N,) volts, from rest."""

    def circuit(self, name: str, source: str, target: str) -> list[str]:
        """Lines of SPICE from one node to another."""


def models() -> list[str]:
    """The diode that the netlists refer to, that of stages.py."""
    slope = stages.DIODE_SLOPE / stages.THERMAL_VOLT
    return [DIODES.format(current=stages.DIODE_CURRENT, slope=slope)]


def buffer(name: str, inner: str, outer: str, gain: float = 1.0) -> str:
    """A source that follows a node."""
    return f"E{name} {outer} 0 {inner} 0 {gain:.9g}"


@dataclass(frozen=True)
class HighPass:
    """Series capacitor into a resistor to ground."""

    ohm: float
    farad: float

    def play(self, volts: Audio, rate_hz: float) -> Audio:
        """(N,) -> (N,)."""
        time_s = self.ohm * self.farad
        return lfilter(*bilinear([time_s, 0.0], [time_s, 1.0], rate_hz), volts)

    def circuit(self, name: str, source: str, target: str) -> list[str]:
        """Lines of SPICE from one node to another."""
        return [
            f"C{name} {source} {name}a {self.farad:g}",
            f"R{name} {name}a 0 {self.ohm:g}",
            buffer(name, f"{name}a", target),
        ]


@dataclass(frozen=True)
class LowPass:
    """Series resistor into a capacitor to ground."""

    ohm: float
    farad: float

    def play(self, volts: Audio, rate_hz: float) -> Audio:
        """(N,) -> (N,)."""
        return lfilter(*bilinear([1.0], [self.ohm * self.farad, 1.0], rate_hz), volts)

    def circuit(self, name: str, source: str, target: str) -> list[str]:
        """Lines of SPICE from one node to another."""
        return [
            f"R{name} {source} {name}a {self.ohm:g}",
            f"C{name} {name}a 0 {self.farad:g}",
            buffer(name, f"{name}a", target),
        ]


@dataclass(frozen=True)
class Gain:
    """An ideal amplifier."""

    factor: float

    def play(self, volts: Audio, _: float) -> Audio:
        """(N,) -> (N,)."""
        return self.factor * volts

    def circuit(self, name: str, source: str, target: str) -> list[str]:
        """A line of SPICE from one node to another."""
        return [buffer(name, source, target, self.factor)]


@dataclass(frozen=True)
class FeedbackClipper:
    """An ideal op-amp with diodes in its feedback; inverting: source on the leg."""

    feedback_ohm: float
    feedback_farad: float
    leg_ohm: float
    leg_farad: float
    inverting: bool = False

    def play(self, volts: Audio, rate_hz: float) -> Audio:
        """(N,) -> (N,)."""
        network = (self.feedback_ohm, self.feedback_farad, self.leg_ohm, self.leg_farad)
        heard = stages.feedback_clipper(volts, 1.0 / rate_hz, *network)
        return volts - heard if self.inverting else heard

    def circuit(self, name: str, source: str, target: str) -> list[str]:
        """Lines of SPICE: what flows through the leg flows through the feedback."""
        ends = (f"{name}m", target)  # inverting input, output
        plus, leg = ("0", source) if self.inverting else (source, "0")
        return [
            f"E{name} {target} 0 {plus} {name}m {OP_AMP:g}",
            f"R{name}f {ends[0]} {ends[1]} {self.feedback_ohm:g}",
            f"C{name}f {ends[0]} {ends[1]} {self.feedback_farad:g}",
            f"D{name}a {ends[0]} {ends[1]} clip",
            f"D{name}b {ends[1]} {ends[0]} clip",
            f"R{name}l {name}m {name}l {self.leg_ohm:g}",
            f"C{name}l {name}l {leg} {self.leg_farad:g}",
        ]


@dataclass(frozen=True)
class ShuntClipper:
    """Antiparallel strings of `diodes` to ground behind an RC, an RC behind them."""

    series_ohm: float
    series_farad: float
    load_ohm: float
    load_farad: float
    diodes: int

    def play(self, volts: Audio, rate_hz: float) -> Audio:
        """(N,) -> (N,)."""
        series, load = (
            (self.series_ohm, self.series_farad),
            (self.load_ohm, self.load_farad),
        )
        step_s = 1.0 / rate_hz
        return stages.shunt_clipper(volts, step_s, *series, *load, float(self.diodes))

    def circuit(self, name: str, source: str, target: str) -> list[str]:
        """Lines of SPICE from one node to another."""
        up = [f"{name}c", *(f"{name}u{n}" for n in range(1, self.diodes)), "0"]
        down = [f"{name}c", *(f"{name}d{n}" for n in range(1, self.diodes)), "0"]
        strings = [
            line
            for n in range(self.diodes)
            for line in (
                f"D{name}u{n} {up[n]} {up[n + 1]} clip",
                f"D{name}d{n} {down[n + 1]} {down[n]} clip",
            )
        ]
        return [
            f"R{name}s {source} {name}s {self.series_ohm:g}",
            f"C{name}s {name}s {name}c {self.series_farad:g}",
            *strings,
            f"R{name}l {name}c {name}l {self.load_ohm:g}",
            f"C{name}l {name}l 0 {self.load_farad:g}",
            buffer(name, f"{name}l", target),
        ]


@dataclass(frozen=True)
class Amplifier:
    """A non-inverting amplifier with a device of finite speed; see stages.amplifier."""

    device: tuple[float, float, float, float, float, float]
    network: tuple[float, float, float, float, float, float]

    def play(self, volts: Audio, rate_hz: float) -> Audio:
        """(N,) -> (N,)."""
        return stages.amplifier(volts, 1.0 / rate_hz, self.device, self.network)

    def circuit(self, name: str, source: str, target: str) -> list[str]:
        """Lines of SPICE: the device's current into 1 uF is the macro model's slope."""
        bandwidth_hz, slew, open_gain, upper, lower, soft = self.device
        feedback_ohm, feedback_farad, ohm_1, farad_1, ohm_2, farad_2 = self.network
        rate, inner, minus = 2.0 * np.pi * bandwidth_hz, f"{name}v", f"{name}m"
        rest = np.exp(-upper / soft) - np.exp(-lower / soft)
        drive = f"tanh({rate / slew:.12g}*(v({source})-v({minus})))"
        high = f"exp((v({inner})-{upper:g})/{soft:g})"
        low = f"exp(-(v({inner})+{lower:g})/{soft:g})"
        speed = f"{slew:g}*({drive}-{high}+{low}+{rest:.12g})"
        return [
            f"B{name} 0 {inner} I=1e-6*({speed}-{rate / open_gain:.12g}*v({inner}))",
            f"C{name} {inner} 0 1e-6",
            buffer(name, inner, target),
            f"R{name}f {target} {minus} {feedback_ohm:g}",
            f"C{name}f {target} {minus} {feedback_farad:g}",
            f"R{name}1 {minus} {name}x {ohm_1:g}",
            f"C{name}1 {name}x 0 {farad_1:g}",
            f"R{name}2 {minus} {name}y {ohm_2:g}",
            f"C{name}2 {name}y 0 {farad_2:g}",
        ]


@dataclass(frozen=True)
class TiltTone:
    """A tone pot of 20k across the inputs of an op-amp; share: of it before the wiper.

    1k into 220 nF and 10k at the input that is not inverted, 1k from the output to the
    other, the wiper over 220 ohm and 220 nF to ground; V(out) / V(in) by hand.
    """

    share: float = 0.5

    @property
    def ohms(self) -> tuple[float, float]:
        """The pot before and behind its wiper."""
        return 20e3 * self.share, 20e3 * (1.0 - self.share)

    def play(self, volts: Audio, rate_hz: float) -> Audio:
        """(N,) -> (N,)."""
        before, behind = self.ohms
        farad, whole = 0.22e-6, before + behind
        wiper, pole = farad * (before * behind / whole + 220.0), farad * 1e3
        lift, drop = farad * (1e3 * before / whole), farad * (1e3 * behind / whole)
        top = [wiper + lift, 1.0]
        bottom = [wiper * pole, 1.1 * wiper + pole + drop, 1.1]
        return lfilter(*bilinear(top, bottom, rate_hz), volts)

    def circuit(self, name: str, source: str, target: str) -> list[str]:
        """Lines of SPICE from one node to another."""
        plus, minus, wiper = f"{name}p", f"{name}m", f"{name}w"
        before, behind = (max(ohm, LEAST_OHM) for ohm in self.ohms)
        return [
            f"R{name}i {source} {plus} 1k",
            f"C{name}i {plus} 0 0.22u",
            f"R{name}g {plus} 0 10k",
            f"R{name}a {plus} {wiper} {before:g}",
            f"R{name}b {wiper} {minus} {behind:g}",
            f"R{name}w {wiper} {name}g 220",
            f"C{name}w {name}g 0 0.22u",
            f"R{name}f {target} {minus} 1k",
            f"E{name} {target} 0 {plus} {minus} {OP_AMP:g}",
        ]


@dataclass(frozen=True)
class ScoopTone:
    """A tone pot of 100k between a low-pass and a high-pass; share: of it before the
    wiper, from the low-pass.

    39k into 10 nF and 3.9 nF into 22k, nodes joined by the pot, which is not loaded:
    V(wiper) lies between V(low) and V(high), solved by hand from both nodes' currents.
    """

    share: float = 0.5

    def play(self, volts: Audio, rate_hz: float) -> Audio:
        """(N,) -> (N,)."""
        low, high, pot = 1.0 / 39e3, 1.0 / 22e3, 1.0 / 100e3  # siemens
        c_low, c_high = 10e-9, 3.9e-9
        rest = low * ((1.0 - self.share) * high + pot)
        top = [self.share * c_low * c_high, c_high * (low + pot), rest]
        middle = c_low * (high + pot) + c_high * (low + pot)
        bottom = [c_low * c_high, middle, (low + pot) * (high + pot) - pot * pot]
        return lfilter(*bilinear(top, bottom, rate_hz), volts)

    def circuit(self, name: str, source: str, target: str) -> list[str]:
        """Lines of SPICE from one node to another."""
        before, behind = 100e3 * self.share, 100e3 * (1.0 - self.share)
        return [
            f"R{name}l {source} {name}l 39k",
            f"C{name}l {name}l 0 10n",
            f"C{name}h {source} {name}h 3.9n",
            f"R{name}h {name}h 0 22k",
            f"R{name}a {name}l {name}w {max(before, LEAST_OHM):g}",
            f"R{name}b {name}w {name}h {max(behind, LEAST_OHM):g}",
            buffer(name, f"{name}w", target),
        ]
