"""Pictures of a model for its report: waveform, spectrograms, transfer, alignment."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from training import figures
from training.align import REACH, Alignment
from training.drawing import BITMAP_BLUE, BLUE, ORANGE, SOFT, svg
from training.evaluation import Result

RATE_HZ = 44100
SHOWN_S = 0.03  # of the waveform
FLOOR_DB = -100.0
WINDOW, HOP, MOST_FRAMES = 2048, 1024, 400  # of spectrograms
AROUND = 400  # samples to either side of the delay


def of(result: Result) -> Iterator[tuple[str, str, str]]:
    """Title, words and SVG of each picture of a model.

    Raises TrainingError where matplotlib is not installed.
    """
    kinds = (
        (
            "Error by level",
            "ESR in moments whose input is so loud; lower is better",
            2.6,
            _levels,
        ),
        ("Waveform", "30 ms around the loudest moment", 2.6, _waveform),
        (
            "Transfer curve",
            "output against input, sample by sample: the width is memory",
            2.8,
            _transfer,
        ),
        (
            "Spectrograms",
            "level over time and frequency, against the original's loudest bin",
            5.2,
            _spectra,
        ),
    )
    for title, words, height_in, draw in kinds:
        name = f"{result.effect}-{result.block}-{draw.__name__.strip('_')}"

        def put(figure: Any, draw: Any = draw) -> None:
            draw(figure, result)

        yield title, words, svg(name, height_in, put)


def _levels(figure: Any, result: Result) -> None:
    """A dot for each level that was played, on whole decades."""
    axis = figure.subplots()
    rows = result.by_level
    size = [100.0 * max(error, 1e-8) for _, _, error in rows]
    axis.plot(range(len(rows)), size, "o-", color=BLUE)
    low, high = np.floor(np.log10(min(size))), np.ceil(np.log10(max(size)))
    axis.set(yscale="log", ylabel="ESR %", xlabel="input, from dBFS")
    axis.set_ylim(10.0**low, 10.0 ** max(high, low + 1.0))
    axis.set_xticks(range(len(rows)), [f"{low:.0f}" for low, _, _ in rows])
    axis.yaxis.set_major_formatter("{x:g}")


def _waveform(figure: Any, result: Result) -> None:
    """30 ms around the loudest sample."""
    size = round(SHOWN_S * RATE_HZ)
    top = int(np.abs(result.wanted).argmax())
    start = max(0, min(top - size // 2, len(result.wanted) - size))
    part = slice(start, start + size)
    time_ms = 1e3 * np.arange(len(result.wanted[part])) / RATE_HZ
    error = 10.0 * (result.heard[part] - result.wanted[part])
    axis = figure.subplots()
    axis.plot(time_ms, result.wanted[part], color=SOFT, lw=3, alpha=0.6)
    axis.plot(time_ms, result.heard[part], color=BLUE, lw=1)
    axis.plot(time_ms, error, color=ORANGE, lw=1)
    axis.set(xlabel="ms", ylabel="of full scale")
    figure.legend(
        axis.lines,
        ("original", "model", "10 x difference"),
        loc="outside upper center",
        ncols=3,
    )


def _transfer(figure: Any, result: Result) -> None:
    """A cloud of samples: its width is what the effect remembers."""
    axes = figure.subplots(1, 2, sharex=True, sharey=True)
    for axis, word, wet in zip(
        axes, ("original", "model"), (result.wanted, result.heard), strict=True
    ):
        dots = figures.transfer(result.dry, wet)
        axis.plot(*dots, ".", color=BITMAP_BLUE, ms=1.0, rasterized=True)
        axis.set(title=word, xlabel="input")
    axes[0].set_ylabel("output")


def _spectra(figure: Any, result: Result) -> None:
    """Levels by time and frequency, in dB below the original's loudest bin."""
    axes = figure.subplots(3, 1, sharex=True)
    rows = (result.wanted, result.heard, result.heard - result.wanted)
    top = 0.0
    for axis, word, audio in zip(
        axes, ("original", "model", "difference"), rows, strict=True
    ):
        power = spectrum(audio)
        top = top or float(power.max()) or 1.0
        level = 10.0 * np.log10(np.maximum(power / top, 10.0 ** (FLOOR_DB / 10.0)))
        extent = (0.0, len(audio) / RATE_HZ, 0.0, RATE_HZ / 2000.0)
        image = axis.imshow(
            level.T, origin="lower", aspect="auto", extent=extent, vmin=FLOOR_DB, vmax=0
        )
        axis.grid(visible=False)
        axis.set(title=word, ylabel="kHz")
    axes[-1].set_xlabel("s")
    figure.colorbar(image, ax=axes, label="dB")


def spectrum(audio: np.ndarray) -> np.ndarray:
    """Power by frame and frequency, (at most MOST_FRAMES, bins), for a picture."""
    frames = np.lib.stride_tricks.sliding_window_view(
        np.asarray(audio, float), min(WINDOW, len(audio))
    )
    frames = frames[:: max(HOP, len(frames) // MOST_FRAMES)]
    return np.abs(np.fft.rfft(frames * np.hanning(frames.shape[1]))) ** 2


def alignment(found: Alignment, name: str) -> str:
    """The correlation around the delay, and what each window said. name: unique."""
    return svg(name, 2.6, lambda figure: _alignment(figure, found))


def _alignment(figure: Any, found: Alignment) -> None:
    """Left the likeness over the delay, right the delay of each moment."""
    left, right = figure.subplots(1, 2)
    middle = round(found.samples) + REACH
    low, high = max(0, middle - AROUND), middle + AROUND + 1
    curve = found.track.curve[low:high]
    left.plot(np.arange(low, low + len(curve)) - REACH, curve, color=BLUE)
    left.axvline(found.samples, color=ORANGE, ls="--", lw=1)
    left.set(xlabel="delay, samples", ylabel="likeness")
    left.set_ylim(bottom=0.0)
    track = found.track
    size = 4.0 + 2.0 * np.clip(track.certainty, 0.0, 30.0)
    right.scatter(track.seconds, track.delays, s=size, color=BLUE, lw=0)
    right.axhline(found.samples, color=ORANGE, ls="--", lw=1)
    span = max(30.0, 1.2 * float(np.abs(track.delays - found.samples).max(initial=0)))
    right.set(xlabel="moment, s", ylabel="its delay, samples")
    right.set_ylim(found.samples - span, found.samples + span)
