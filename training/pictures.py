"""Pictures of a model for its report: waveform, transfer curve, spectrograms."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np

from training import figures
from training.errors import TrainingError
from training.evaluation import Result

RATE_HZ = 44100
SHOWN_S = 0.03  # of the waveform
BLUE, ORANGE, GREY = "#1f5fa8", "#b86200", "#666666"
FLOOR_DB = -100.0


def of(result: Result) -> Iterator[tuple[str, str, bytes]]:
    """Title, description and PNG of each picture.

    Raises TrainingError where matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as cause:
        raise TrainingError(
            f"the report needs the package {cause.name}, found none; run "
            "`.venv/bin/pip install -e '.[report]'`"
        ) from cause
    kinds = (
        ("Waveform", "original, model and ten times their difference", 3.0, _waveform),
        (
            "Transfer curve",
            "output against input of original and model",
            4.0,
            _transfer,
        ),
        (
            "Spectrograms",
            "original, model and their difference over time",
            7.0,
            _spectra,
        ),
    )
    for title, words, height_in, draw in kinds:
        figure = Figure(figsize=(10.0, height_in), layout="constrained")
        draw(figure, result)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=100, metadata={"Software": None})
        yield title, words, file.getvalue()


def _waveform(figure: Any, result: Result) -> None:
    """30 ms around the loudest sample."""
    size = round(SHOWN_S * RATE_HZ)
    top = int(np.abs(result.wanted).argmax())
    start = max(0, min(top - size // 2, len(result.wanted) - size))
    part = slice(start, start + size)
    time_ms = 1e3 * np.arange(len(result.wanted[part])) / RATE_HZ
    error = 10.0 * (result.heard[part] - result.wanted[part])
    axis = figure.subplots()
    axis.plot(time_ms, result.wanted[part], color=GREY, lw=3, label="original")
    axis.plot(time_ms, result.heard[part], color=BLUE, lw=1, label="model")
    axis.plot(time_ms, error, color=ORANGE, lw=1, label="10 x difference")
    axis.set(xlabel="ms", ylabel="of full scale")
    axis.legend(loc="upper right")
    axis.grid(alpha=0.3)


def _transfer(figure: Any, result: Result) -> None:
    """A cloud of samples: its width is what the effect remembers."""
    axes = figure.subplots(1, 2, sharex=True, sharey=True)
    for axis, word, wet in zip(
        axes, ("original", "model"), (result.wanted, result.heard), strict=True
    ):
        axis.plot(*figures.transfer(result.dry, wet), ",", color=BLUE, alpha=0.6)
        axis.set(title=word, xlabel="input", ylabel="output")
        axis.grid(alpha=0.3)


def _spectra(figure: Any, result: Result) -> None:
    """Levels by time and frequency, in dB below the original's loudest bin."""
    axes = figure.subplots(3, 1, sharex=True)
    window, hop = np.hanning(2048), 1024
    rows = (result.wanted, result.heard, result.heard - result.wanted)
    top = 0.0
    for axis, word, audio in zip(
        axes, ("original", "model", "difference"), rows, strict=True
    ):
        frames = np.lib.stride_tricks.sliding_window_view(
            np.asarray(audio, float), len(window)
        )[::hop]
        power = np.abs(np.fft.rfft(frames * window)) ** 2
        top = top or float(power.max())
        level = 10.0 * np.log10(np.maximum(power / top, 10.0 ** (FLOOR_DB / 10.0)))
        extent = (0.0, len(audio) / RATE_HZ, 0.0, RATE_HZ / 2000.0)
        image = axis.imshow(
            level.T, origin="lower", aspect="auto", extent=extent, vmin=FLOOR_DB, vmax=0
        )
        axis.set(title=word, ylabel="kHz")
    axes[-1].set_xlabel("s")
    figure.colorbar(image, ax=axes, label="dB")
