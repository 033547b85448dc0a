"""The output capacitor of a model: what makes it forget slowly without a slow unit.

Behind its last stage a pedal has a capacitor in series, which takes steady voltages off
over some hundredths of a second. A recurrent unit learns so long a memory badly from
windows of 12 ms: three quarters of an LSTM's error lay below 20 Hz. One-poles learn it
at once, y = w + sum of depth_q low_q(w). The depths add up to -1, so that nothing
steady gets through: silence is silent at every knob setting, wherever a network rests.
Letters: T samples, B lanes, Q one-poles.
"""

import torch
from torch import Tensor, nn

from training import aa, aa_play

FIRST_SAMPLES = (500.0, 3000.0, 100.0)  # time constants to begin with
PIECE_SAMPLES = 512  # in torch a piece is one product of matrices


class Coupler(nn.Module):
    """Q one-poles, 1 to 3; the state is their (Q, B) outputs, zeros at rest."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.log_time = nn.Parameter(torch.tensor(FIRST_SAMPLES[:count]).log())
        self.free_depth = nn.Parameter(torch.zeros(count - 1))

    @property
    def pole(self) -> Tensor:
        """(Q,), each below 1."""
        return aa.pole(self.log_time)

    @property
    def depth(self) -> Tensor:
        """(Q,), -1 in all."""
        return torch.cat((-1.0 - self.free_depth.sum()[None], self.free_depth))

    def rest(self, lanes: int) -> Tensor:
        """The state of silence, (Q, B)."""
        return self.log_time.new_zeros(len(self.log_time), lanes)

    def forward(self, w: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        """w: (T, B), low: (Q, B).   returns: the same two, later."""
        return couple(w, self.pole, self.depth, low)


def couple(w: Tensor, pole: Tensor, depth: Tensor, low: Tensor) -> tuple:
    """w: (T, B), pole and depth: (Q,), low: (Q, B).   returns: w and low, later."""
    if aa_play.usable(w, pole, depth, low):
        return aa_play.Couple.apply(w, pole, depth, low)
    heard = []
    for piece in w.split(PIECE_SAMPLES):
        lows = smooth(piece, pole, low)  # (Q, T, B)
        heard.append(piece + (depth[:, None, None] * lows).sum(dim=0))
        low = lows[:, -1]
    return torch.cat(heard), low


def smooth(w: Tensor, pole: Tensor, low: Tensor) -> Tensor:
    """One-poles as one product each.   w: (T, B), low: (Q, B); returns: (Q, T, B)."""
    moment = torch.arange(len(w), device=w.device)
    past = (moment[:, None] - moment).clamp_min(0)  # (T, T), 0 in the future
    decay = torch.tril(pole[:, None, None] ** past)
    fresh = (1.0 - pole)[:, None, None] * (decay @ w)
    return fresh + pole[:, None, None] ** (moment[:, None] + 1) * low[:, None]
