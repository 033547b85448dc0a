"""What training minimises: error to signal, plain and pre-emphasised, and offset.

Signals are (T, B): samples in time, one lane a column.
"""

import torch
from torch import Tensor

EMPHASIS = 0.85
PRE_EMPHASISED_SHARE, PLAIN_SHARE, OFFSET_SHARE = 0.5, 0.25, 0.25


def pre_emphasise(signal: Tensor) -> Tensor:
    """y[t] = x[t] - 0.85 x[t-1]; drops the first sample. (T, B) -> (T - 1, B).

    Source: Wright and Valimaki, Perceptual loss function for neural modelling of audio
    systems, ICASSP 2020.
    """
    return signal[1:] - EMPHASIS * signal[:-1]


def energy(signal: Tensor) -> Tensor:
    """Mean square of all samples, kept above silence (-100 dBFS)."""
    return signal.square().mean() + 1e-10


def error_to_signal(predicted: Tensor, target: Tensor) -> Tensor:
    """Energy of the error over energy of the target; 0 is perfect. Scalar."""
    return (predicted - target).square().mean() / energy(target)


def offset(predicted: Tensor, target: Tensor) -> Tensor:
    """Square of the mean error *over time* of each lane, over the target's energy."""
    return (predicted - target).mean(dim=0).square().mean() / energy(target)


def training_loss(predicted: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """The weighted sum that training minimises.

    predicted, target: (T, B).   weight: (B,), makes lanes of different loudness equal.
    """
    predicted, target = predicted * weight, target * weight
    emphasised = error_to_signal(pre_emphasise(predicted), pre_emphasise(target))
    plain = error_to_signal(predicted, target)
    shares = PRE_EMPHASISED_SHARE * emphasised + PLAIN_SHARE * plain
    return shares + OFFSET_SHARE * offset(predicted, target)


def samples(frames: Tensor) -> Tensor:
    """(T, B, F) frames as (T * F, B) samples in time."""
    steps, lanes, size = frames.shape
    return frames.permute(0, 2, 1).reshape(steps * size, lanes)


def is_finite(value: Tensor) -> bool:
    """True if no element is NaN or infinite."""
    return bool(torch.isfinite(value).all())
