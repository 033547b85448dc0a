"""When something that was sent came back, found in an array of samples. Pure; numpy.

What comes back is coloured as well as late. `arrival` takes for its delay the lag at
which it matches its own minimum-phase twin (Nam, Abel, Smith, AES 125, 2008): the twin
has the same colour and no delay, so a tone filter adds nothing to the figure. `onset`
looks for the first trace, which is exact where nothing but the answer can move.
`middle` finds the middle of a crossfade.

Letters: N samples, R samples of a response, S of a spectrum.
"""

import numpy as np

RATE_HZ = 44100
BEFORE, AFTER = 128, 896  # samples about a response's peak that make its shape
CLEAR = 8.0  # times the noise's deviation, which noise alone doesn't reach
QUIETEST = 1e-4  # of what was sent: -80 dB, below which nothing came back
TRACE = 1e-2  # of the answer's peak: -40 dB; tails of earlier answers lie below it
BAND_HZ = (60.0, 20500.0)  # beyond it the colour is that of the edges
FADE_MS = 1.0  # window in which two sounds are weighed
Array = np.ndarray


def arrival(response: Array) -> tuple[float, int] | None:
    """Delay in samples and polarity, 1 or -1; None where only noise came back.

    response: (R,), to an impulse of 1 at sample 0.
    """
    height = np.abs(response)
    peak = int(np.argmax(height))
    noise = float(np.median(height)) / 0.6745  # of normal noise, its deviation
    if height[peak] < max(QUIETEST, CLEAR * noise):
        return None
    piece = np.zeros(BEFORE + AFTER)
    first = max(0, peak - BEFORE)
    cut = response[first : peak + AFTER]
    piece[first - peak + BEFORE :][: len(cut)] = cut
    size = 8 * len(piece)
    spectrum = np.fft.rfft(piece * _edges(), size)
    twin = _minimum_phase(_filled(np.abs(spectrum)))
    match = np.fft.irfft(spectrum * np.conj(twin), size)
    best = int(np.argmax(np.abs(match)))
    sign = 1 if match[best] > 0 else -1
    around = sign * match[[best - 1, best, (best + 1) % size]]
    lag = best if best < size // 2 else best - size
    return peak - BEFORE + lag + _vertex(around), sign


def onset(quiet: Array, response: Array) -> tuple[float, int] | None:
    """The first sample that is moved by what was sent, 1; None where none is.

    quiet: (N,), what came before it was sent.   response: (R,).
    """
    rest = float(np.mean(quiet))
    noise = float(np.max(np.abs(quiet - rest)))
    moved = np.abs(response - rest)
    peak = float(np.max(moved))
    if peak < max(QUIETEST, CLEAR * noise):
        return None
    return float(np.argmax(moved > max(2 * noise, TRACE * peak))), 1


def middle(out: Array, before: Array, after: Array) -> int:
    """The sample at which the new sound outweighs the old, by 1 ms of projection.

    out, before, after: (N,): what was played, and what either sound alone would be.
    """
    step = after - before
    window = np.ones(round(FADE_MS * RATE_HZ / 1000))
    over = np.convolve((out - before) * step, window, "same")
    share = over / np.maximum(np.convolve(step * step, window, "same"), 1e-12)
    return int(np.argmax(share >= 0.5))


def _edges() -> Array:
    """(BEFORE + AFTER,): soft at both ends, 1 where a response is."""
    rise = np.sin(np.linspace(0.0, np.pi / 2, BEFORE // 2)) ** 2
    fall = np.cos(np.linspace(0.0, np.pi / 2, AFTER // 2)) ** 2
    flat = np.ones(BEFORE + AFTER - len(rise) - len(fall))
    return np.concatenate([rise, flat, fall])


def _filled(magnitude: Array) -> Array:
    """(S,): the ends of the band go on, so that what was not sent colours nothing."""
    size = 2 * (len(magnitude) - 1)
    low, high = (round(hertz * size / RATE_HZ) for hertz in BAND_HZ)
    filled = magnitude.copy()
    filled[:low] = magnitude[low]
    filled[high:] = magnitude[high]
    return filled


def _minimum_phase(magnitude: Array) -> Array:
    """(S,): the spectrum of this magnitude that is least late, by its cepstrum.

    Source: Oppenheim, Schafer, Discrete-Time Signal Processing, ch. 13.
    """
    size = 2 * (len(magnitude) - 1)
    floor = 1e-3 * float(np.max(magnitude))
    cepstrum = np.fft.irfft(np.log(np.maximum(magnitude, floor)), size)
    fold = np.zeros(size)
    fold[0] = fold[size // 2] = 1.0
    fold[1 : size // 2] = 2.0
    return np.exp(np.fft.rfft(cepstrum * fold, size))


def _vertex(three: Array) -> float:
    """Where between -1 and 1 a parabola through three values is highest."""
    left, centre, right = (float(value) for value in three)
    bend = left - 2 * centre + right
    return 0.5 * (left - right) / bend if bend < 0 else 0.0
