"""Figures of an exported model: error on held-out audio, silence, cost, memory.

All come from the file that is exported, and so are its own and not those of a run.
"""

import numpy as np
from numpy.typing import NDArray

from training import aa_file, loudness, player
from training.figures import TONES_HZ, error_to_signal, images_db
from training.losses import EMPHASIS
from training.material import Part
from training.player import Model

RATE_HZ = 44100
PLAY_SECONDS, SETTLE_SECONDS, LISTEN_SECONDS = 0.5, 2.0, 0.25
SWITCH_SAMPLES = {1: 176, 16: 352}  # run unheard before a fade: 4 ms, block 16 8 ms


def emphasised(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """The pre-emphasis of the training loss, (N,) -> (N - 1,)."""
    return signal[1:] - EMPHASIS * signal[:-1]


def quality(
    model: Model, part: Part, settings: NDArray[np.floating]
) -> dict[str, object]:
    """Errors on a part, averaged over the knob settings (S, K), and each by itself."""
    pieces = max(1, int(part.seconds))
    plain, bright = [], []
    # One setting at a time: all at once would take half a gigabyte.
    for row, target in zip(settings, part.targets, strict=True):
        heard = player.play_folded(model, part.audio, row[None], pieces)[:, 0]  # (M,)
        wanted = target[: len(heard)].astype(float)
        plain.append(error_to_signal(heard, wanted))
        bright.append(error_to_signal(emphasised(heard), emphasised(wanted)))
    return {
        "esr": float(np.mean(plain)),
        "esr_pre_emphasised": float(np.mean(bright)),
        "held_out_s": round(len(heard) / RATE_HZ, 1),
        "esr_by_setting": plain,
    }


def rest(model: Model, settings: NDArray[np.floating]) -> NDArray[np.float64]:
    """What silence sounds like once settled.   returns: (S, samples of 0.25 s)."""
    return after(model, settings, np.zeros(int(PLAY_SECONDS * RATE_HZ) // 16 * 16))


def after(
    model: Model, settings: NDArray[np.floating], played: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Plays (N,), then 2 s of silence, then the 0.25 s returned.   returns: (S, M)."""
    pause = np.zeros(int((SETTLE_SECONDS + LISTEN_SECONDS) * RATE_HZ) // 16 * 16)
    lanes = np.tile(np.concatenate((played, pause)), (len(settings), 1))
    heard = player.play_lanes(model, lanes, settings)
    return heard[:, -(int(LISTEN_SECONDS * RATE_HZ) // 16 * 16) :]


def idle(model: Model, settings: NDArray[np.floating]) -> list[NDArray[np.float64]]:
    """Silence from rest, after loud noise, a loud low note, and a soft high one."""
    seconds = np.arange(int(PLAY_SECONDS * RATE_HZ) // 16 * 16) / RATE_HZ
    noise = np.random.default_rng(0).standard_normal(len(seconds))
    low, high = (np.sin(2.0 * np.pi * hz * seconds) for hz in (82.4, 659.3))
    plays = (np.clip(0.5 * noise, -1.0, 1.0), 0.9 * low, 0.05 * high)
    return [rest(model, settings), *(after(model, settings, play) for play in plays)]


def idle_dbfs(model: Model, settings: NDArray[np.floating]) -> float:
    """The loudest idle output at any knob setting, offset included."""
    return max(
        loudness.level_dbfs(row) for rows in idle(model, settings) for row in rows
    )


def whistle_dbfs(model: Model, settings: NDArray[np.floating]) -> float:
    """The same without steady values: what whistles."""
    heard = idle(model, settings)
    return max(loudness.level_dbfs(ac(row, model)) for rows in heard for row in rows)


def ac(row: NDArray[np.float64], model: Model) -> NDArray[np.float64]:
    """A row without the steady value of each of its F places in a frame."""
    frames = row.reshape(-1, int(model["layers"][-1]["shape"][-1]))
    return (frames - frames.mean(axis=0)).ravel()


def images(model: Model, knobs: NDArray[np.floating]) -> dict[str, float]:
    """Images of a loud sine at 220, 1244 and 4186 Hz, in dB; knobs: (K,)."""

    def play(audio: NDArray[np.floating]) -> NDArray[np.float64]:
        whole = np.pad(audio, (0, -len(audio) % 16))
        return player.play_lanes(model, whole[None], knobs[None])[0, : len(audio)]

    return {str(hz): images_db(play, hz) for hz in TONES_HZ}


def memory_db(
    model: Model, audio: NDArray[np.floating], knobs: NDArray[np.floating]
) -> float:
    """How far a freshly switched-in model still is from one that has played all along.

    It comes from its rest, as in the engine (bela/engine/bank.cpp).
    knobs: (K,). Energy of the difference over the 10 ms of the fade, over energy of the
    output, in dB, averaged over 24 switches spread over the audio.
    """
    frames = int(model["layers"][-1]["shape"][-1])
    unheard, fade = SWITCH_SAMPLES[frames], 448
    starts = np.linspace(2 * RATE_HZ, len(audio) - 2000, 24).astype(int) // 16 * 16
    past = 16 * 2000
    warm = np.stack([audio[s - past : s + unheard + fade] for s in starts])
    cold = warm.copy()
    cold[:, :past] = 0.0
    tiled = np.tile(knobs, (len(starts), 1))
    warm_out, cold_out = (
        player.play_lanes(model, lanes, tiled)[:, -fade:] for lanes in (warm, cold)
    )
    ratio = np.sum((warm_out - cold_out) ** 2) / max(np.sum(warm_out**2), 1e-12)
    return float(10.0 * np.log10(max(ratio, 1e-20)))


def cost(model: Model) -> int:
    """Multiplications a sample in the matrix products, rounded up."""
    if aa_file.is_cascade(model):
        return aa_file.cost(model)
    total, width = 0, int(model["in_shape"][-1])
    for layer in model["layers"]:
        size = int(layer["shape"][-1])
        if layer["type"] == "couplers":
            total += 3 * size * len(layer["weights"][0])
            continue
        gates = {"lstm": 4, "gru": 3, "dense": 1}[layer["type"]]
        total += gates * size * (width + (size if gates > 1 else 0))
        width = size
    return -(-total // int(model["layers"][-1]["shape"][-1]))
