"""A pedal as far as an alignment needs it: filters and one clipper, fitted to a pair.

What comes out of a clipper is no filter of what went in, so neither a delay nor an echo
can be read off the two directly. Once the dry sound has gone through a clipper like
that of the pedal, the rest is a filter (Bussgang's theorem), however loud the
distortion. How alike the clipper is, is seen from the coherence that it leaves. Where
one clipper explains little, two with capacitors are fitted (diodes.py), or one behind
an amplifier that slews (slewing.py).

Letters: N samples, F bins, T frames.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.optimize import minimize

from training import diodes, slewing
from training.diodes import Diodes
from training.filters import RATE_HZ, high_passed, low_passed, rms_of
from training.slewing import Slewing

Array = NDArray[np.floating]
Spectra = NDArray[np.complexfloating]
SIZE = 4096  # samples a frame
HZ = np.arange(SIZE // 2 + 1) * RATE_HZ / SIZE  # (F,)
CERTAIN_HZ = (100.0, 12000.0)
FIT_SECONDS = 10  # that a clipper is fitted on
TWICE_SECONDS = 4  # the same of two stages, which take longer
TRIES = 40  # clippers tried behind the first few
UNSURE, TWICE_BETTER = 1500.0, 1.2  # explained: below, two stages are tried; must gain
CLEAN_BETTER = 1.05  # the same of what is heard beside a clipper
PLAIN_ENOUGH = 0.95  # of the best fit: then the sound is called not clipped


class Fit(NamedTuple):
    """clipper: the best; explained: how much that is, see `certainty`; once: how much
    one stage explains."""

    clipper: "Clipping"
    explained: float
    once: float


class Clipper(NamedTuple):
    """gain: over the rms of what it clips, 0 does not clip; corners of first-order
    filters before it, 0 for none; bias: what makes it lopsided, clean: the sound itself
    that is heard beside, as diodes in a feedback leave it: both in parts of full, clean
    over its rms. rms, clean_rms: these where it was fitted, see `settled`; 0 for those
    of the sound it plays.
    """

    gain: float
    high_pass_hz: float = 0.0
    low_pass_hz: float = 0.0
    bias: float = 0.0
    clean: float = 0.0
    rms: float = 0.0
    clean_rms: float = 0.0


SEARCHED = 5  # of the fields: all but the rms
Clipping = Clipper | Diodes | Slewing  # what is found to fit
PLAIN = Clipper(0.0)
BASS_CUT_HZ = 700.0  # what most overdrives take away before they clip
LOW = Clipper(0.05, 10.0, 400.0, -1.0, 0.0)
HIGH = Clipper(100.0, 2000.0, 20000.0, 1.0, 3.0)
STEP = np.array([0.7, 0.7, -0.7, 0.2, 0.2])  # of the search's beginning
LOGS = slice(0, 3)  # of the fields that are searched by their logs
FIRST = tuple(
    Clipper(gain, high_pass_hz, low_pass_hz, 0.05)
    for gain in (0.3, 2.0, 10.0)
    for high_pass_hz in (30.0, BASS_CUT_HZ)
    for low_pass_hz in (15000.0, 1500.0)
)


def clipped(audio: Array, clipper: Clipping) -> Array:
    """The guitar behind a clipper, (N,), in the precision it came in."""
    if isinstance(clipper, Diodes):
        return diodes.played(audio, clipper)
    if isinstance(clipper, Slewing):
        return slewing.played(audio, clipper)
    heard, kind = filtered(audio, clipper), audio.dtype.type
    if clipper.gain == 0.0:
        return heard
    scale = kind(clipper.gain / (clipper.rms or rms_of(heard)))
    clean = kind(clipper.clean / (clipper.clean_rms or rms_of(audio)))
    return np.tanh(scale * heard + kind(clipper.bias)) + clean * audio


def filtered(audio: Array, clipper: Clipper) -> Array:
    """What reaches the clipper, (N,)."""
    if clipper.high_pass_hz:
        audio = high_passed(audio, clipper.high_pass_hz)
    if clipper.low_pass_hz:
        audio = low_passed(audio, clipper.low_pass_hz)
    return audio


def settled(audio: Array, clipper: Clipping) -> Clipping:
    """With the rms of the sound it was fitted on, (N,), as what it clips stays what it
    is where the sound is louder or softer in the mean."""
    if isinstance(clipper, Diodes):
        return diodes.settled(audio, clipper)
    if isinstance(clipper, Slewing):
        return slewing.settled(audio, clipper)
    rms = rms_of(filtered(audio, clipper))
    return clipper._replace(rms=rms, clean_rms=rms_of(audio))


def frames(audio: Array, hop: int = SIZE // 4) -> Spectra:
    """Spectra of frames, (N,) -> (F, T)."""
    audio = np.pad(audio, (0, max(0, SIZE - len(audio))))
    window = np.hanning(SIZE + 1)[:SIZE].astype(audio.dtype)
    pieces = sliding_window_view(audio, SIZE)[::hop] * window
    return scipy.fft.rfft(pieces, axis=1).T


def cross_spectra(dry: Spectra, wet: Spectra) -> tuple[Spectra, Array, Array]:
    """Cross spectrum, spectrum of dry, coherence: (F,) each, of frames (F, T).

    Frames count alike, however loud; the quietest 30 % are left out as noise.
    """
    size, other_size = np.abs(dry) ** 2, np.abs(wet) ** 2
    heard, played = np.sum(other_size, 0), np.sum(size, 0)
    use = played > np.percentile(played, 30)
    use &= heard > 1e-4 * np.percentile(heard, 95)
    weight = use / np.maximum(np.sqrt(heard * played), 1e-12)
    cross = (dry.conj() * wet) @ weight
    power, other = size @ weight, other_size @ weight
    return cross, power, np.abs(cross) ** 2 / (power * other + 1e-30)


def certainty(coherence: Array) -> float:
    """How much of what is heard is explained: minus log of what is left, (F,)."""
    low, high = CERTAIN_HZ
    use = (low < HZ) & (high > HZ)
    return float(-np.log1p(-0.999 * np.minimum(coherence[use], 1.0)).sum())


def fitted(dry: Array, wet: Array, unsure: float = UNSURE) -> Fit:
    """The clipper that makes wet a filter of dry.

    dry, wet: (N,), aligned to some samples; the middle is listened to. unsure: where
    one stage explains less, two are tried.
    """
    explained = explainer(dry, wet, FIT_SECONDS)
    plain = explained(PLAIN)
    clipper, once = searched(explained)
    if plain > PLAIN_ENOUGH * once:
        return Fit(PLAIN, plain, max(plain, once))
    if once < unsure:
        twice = two_stages(explainer(dry, wet, TWICE_SECONDS), once)
        part, _ = middle(dry, wet, TWICE_SECONDS)
        twice = settled(part, twice)
        more = explained(twice)
        if more > TWICE_BETTER * once:
            return Fit(twice, more, once)
    part, _ = middle(dry, wet, FIT_SECONDS)
    return Fit(settled(part, clipper), once, once)


def two_stages(explained: Callable[[Clipping], float], once: float) -> Diodes | Slewing:
    """What slews, if that explains more than once before it is fitted; else diodes."""
    begin = max(slewing.FIRST, key=explained)
    if explained(begin) > once:
        return slewing.searched(explained, begin)
    return diodes.searched(explained, max(diodes.FIRST, key=explained))


def explainer(dry: Array, wet: Array, seconds: float) -> Callable[[Clipping], float]:
    """How much a clipper explains of the middle of wet by dry, (N,) each."""
    one, two = middle(dry, wet, seconds)
    heard = frames(two, SIZE // 2)

    def explained(clipper: Clipping) -> float:
        played = frames(clipped(one, clipper), SIZE // 2)
        return certainty(cross_spectra(played, heard)[2])

    return explained


def middle(dry: Array, wet: Array, seconds: float) -> tuple[Array, Array]:
    """The same seconds of both, (N,) each, in float32."""
    size = min(len(dry), len(wet), int(seconds * RATE_HZ))
    start = (min(len(dry), len(wet)) - size) // 2
    one, two = (side[start : start + size].astype(np.float32) for side in (dry, wet))
    return one, two


def searched(explained: Callable[[Clipper], float]) -> tuple[Clipper, float]:
    """The clipper that explains most near the best of some, and how much.

    First without the sound beside it, which a clipper that hardly clips would take for
    a filter.
    """
    once = refined(explained, max(FIRST, key=explained), SEARCHED - 1)
    beside = refined(explained, once[0], SEARCHED)
    return beside if beside[1] > CLEAN_BETTER * once[1] else once


def refined(
    explained: Callable[[Clipper], float], begin: Clipper, fields: int
) -> tuple[Clipper, float]:
    """The same from a beginning on, its first fields searched."""
    best, low, high = (point_of(one) for one in (begin, LOW, HIGH))
    around = np.clip(best + np.vstack((np.zeros(len(best)), np.diag(STEP))), low, high)

    def at(point: Array) -> Clipper:
        return clipper_at(np.concatenate((point, best[fields:])))

    found = minimize(
        lambda point: -explained(at(point)),
        best[:fields],
        method="Nelder-Mead",
        bounds=list(zip(low[:fields], high[:fields], strict=True)),
        options={
            "maxfev": TRIES,
            "initial_simplex": around[: fields + 1, :fields],
        },
    )
    return at(found.x), -float(found.fun)


def point_of(clipper: Clipper) -> Array:
    """A clipper as what is searched, (5,)."""
    point = np.array(clipper[:SEARCHED])
    point[LOGS] = np.log(np.maximum(point[LOGS], 1e-9))
    return point


def clipper_at(point: Array) -> Clipper:
    """The reverse."""
    values = np.array(point)
    values[LOGS] = np.exp(values[LOGS])
    return Clipper(*values.tolist())
