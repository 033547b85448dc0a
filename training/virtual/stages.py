"""The three nonlinear stages that simulated pedals are made of, one sample loop each.

Every capacitor is replaced by its trapezoidal companion (a conductance and a history
current), which leaves one scalar equation a sample; it is monotone in its unknown and
is solved by damped Newton. Volts, ohms, farads, seconds. All states start discharged.
Source of the method: Chua and Lin, Computer-Aided Analysis of Electronic Circuits,
1975; of the op-amp macro model (slew = saturated tanh): Boyle et al., JSSC 1974.
"""

import math

import numpy as np
from numba import njit

THERMAL_VOLT = 0.02585  # kT/q at 300 K
DIODE_CURRENT = 2.52e-9  # A, 1N4148-like saturation current
DIODE_SLOPE = 1.752 * THERMAL_VOLT  # V, emission coefficient times kT/q
TOLERANCE_VOLT = 1e-6  # of the last move; Newton squares it, so 1e-11 V remain
ITERATIONS = 60


@njit(cache=True)
def feedback_clipper(source, step_s, feedback_ohm, feedback_farad, leg_ohm, leg_farad):
    """Ideal non-inverting op-amp with an antiparallel diode pair in its feedback.

    source: (N,) volts.   returns: (N,) volts at the op-amp's output.
    The leg (resistor and capacitor in series) goes from the inverting input to ground.
    """
    output = np.empty_like(source)
    leg_half = step_s / (2.0 * leg_farad)
    leg_siemens = 1.0 / (leg_ohm + leg_half)
    cap_siemens = 2.0 * feedback_farad / step_s
    linear_siemens = 1.0 / feedback_ohm + cap_siemens
    leg_history = 0.0
    across = 0.0
    cap_current = 0.0
    for n in range(source.shape[0]):
        leg_current = leg_siemens * (source[n] - leg_history)
        leg_history += 2.0 * leg_half * leg_current
        known = leg_current + cap_siemens * across + cap_current
        volt = across
        for _ in range(ITERATIONS):
            up = math.exp(volt / DIODE_SLOPE)
            down = 1.0 / up
            residual = linear_siemens * volt + DIODE_CURRENT * (up - down) - known
            slope = linear_siemens + DIODE_CURRENT / DIODE_SLOPE * (up + down)
            move = min(max(residual / slope, -0.1), 0.1)  # keeps exp() in range
            volt -= move
            if abs(move) < TOLERANCE_VOLT:
                break
        cap_current = cap_siemens * (volt - across) - cap_current
        across = volt
        output[n] = source[n] + volt
    return output


@njit(cache=True)
def shunt_clipper(
    source, step_s, series_ohm, series_farad, load_ohm, load_farad, diodes
):
    """Antiparallel strings of `diodes` to ground behind a resistor, then an RC.

    source: (N,) volts.   returns: (N,) volts across the load capacitor.
    """
    output = np.empty_like(source)
    series_half = step_s / (2.0 * series_farad)
    series_siemens = 1.0 / (series_ohm + series_half)
    load_half = step_s / (2.0 * load_farad)
    load_siemens = 1.0 / (load_ohm + load_half)
    linear_siemens = series_siemens + load_siemens
    scale = DIODE_SLOPE * diodes
    series_history = 0.0
    load_history = 0.0
    node = 0.0
    for n in range(source.shape[0]):
        known = series_siemens * (source[n] - series_history)
        known += load_siemens * load_history
        for _ in range(ITERATIONS):
            up = math.exp(node / scale)
            down = 1.0 / up
            residual = linear_siemens * node + DIODE_CURRENT * (up - down) - known
            slope = linear_siemens + DIODE_CURRENT / scale * (up + down)
            move = min(max(residual / slope, -0.1), 0.1)
            node -= move
            if abs(move) < TOLERANCE_VOLT:
                break
        series_current = series_siemens * (source[n] - node - series_history)
        load_current = load_siemens * (node - load_history)
        series_history += 2.0 * series_half * series_current
        load_history += 2.0 * load_half * load_current
        output[n] = load_history - load_half * load_current
    return output


@njit(cache=True)
def amplifier(source, step_s, device, network):
    """Non-inverting amplifier with finite bandwidth, slew rate, gain and rails.

    source: (N,) volts.   returns: (N,) volts at the amplifier's output.
    device: (gain-bandwidth Hz, slew V/s, open-loop gain, upper rail V, lower rail V
    (positive number), softness of the rails V).
    network: (feedback ohm, farad, first leg ohm, farad, second leg ohm, farad).
    """
    bandwidth_hz, slew, open_gain, upper, lower, soft = device
    feedback_ohm, feedback_farad, ohm_1, farad_1, ohm_2, farad_2 = network
    half = 0.5 * step_s
    rate = 2.0 * math.pi * bandwidth_hz
    leak = rate / open_gain
    rest = math.exp(-upper / soft) - math.exp(-lower / soft)
    half_1, half_2 = half / farad_1, half / farad_2
    leg_1, leg_2 = 1.0 / (ohm_1 + half_1), 1.0 / (ohm_2 + half_2)
    cap = 2.0 * feedback_farad / step_s
    feedback = 1.0 / feedback_ohm + cap
    total = feedback + leg_1 + leg_2
    beta = feedback / total
    history_1 = history_2 = across = cap_current = volt = speed = 0.0
    output = np.empty_like(source)
    for n in range(source.shape[0]):
        cap_known = cap * across + cap_current
        offset = (leg_1 * history_1 + leg_2 * history_2 - cap_known) / total
        before = volt
        for _ in range(ITERATIONS):
            drive = math.tanh(rate * (source[n] - beta * volt - offset) / slew)
            high = math.exp((volt - upper) / soft)
            low = math.exp(-(volt + lower) / soft)
            speed_now = slew * (drive - high + low + rest) - leak * volt
            residual = volt - before - half * (speed + speed_now)
            slope = rate * beta * (1.0 - drive * drive) + leak
            slope = 1.0 + half * (slope + slew / soft * (high + low))
            move = min(max(residual / slope, -0.5), 0.5)
            volt -= move
            if abs(move) < TOLERANCE_VOLT:
                break
        speed = speed_now
        inverting = beta * volt + offset
        history_1 += 2.0 * half_1 * leg_1 * (inverting - history_1)
        history_2 += 2.0 * half_2 * leg_2 * (inverting - history_2)
        cap_current = cap * (volt - inverting) - cap_known
        across = volt - inverting
        output[n] = volt
    return output
