"""How long a run will still take, from how long its parts took so far. Pure."""

import math
from dataclasses import dataclass, field


@dataclass
class Pace:
    """Mean time of one kind of work; the first time, with its set-up, counts apart."""

    seconds: float = 0.0
    times: int = 0
    first: float | None = None

    def note(self, seconds: float) -> None:
        """One piece of work took that long."""
        if self.first is None:
            self.first = seconds
        else:
            self.seconds, self.times = self.seconds + seconds, self.times + 1

    @property
    def mean(self) -> float:
        """Seconds a piece, 0 before there was one."""
        return self.seconds / self.times if self.times else (self.first or 0.0)


@dataclass
class TimeLeft:
    """Counts updates and validations apart: the latter are few, long, and late.

    budget: seconds after which the run ends early, if it has such a limit.
    """

    updates: int
    validations: int
    budget: float | None = None
    update: Pace = field(default_factory=Pace)
    validation: Pace = field(default_factory=Pace)

    def seconds(self, done: int, validated: int, elapsed: float) -> float:
        """What is left after `done` updates, `validated` looks, `elapsed` seconds.

        A validation that has not been is taken to last as long as 1 % of the run. The
        budget pays for all of them but the last, which comes when it is spent.
        """
        budget = math.inf if self.budget is None else self.budget
        looks = max(self.validations - validated, 0)
        whole = min(self.updates * self.update.mean, budget)
        look = self.validation.mean or 0.01 * whole
        left = max(self.updates - done, 0) * self.update.mean + looks * look
        return min(left, max(budget - elapsed, 0.0) + min(looks, 1) * look)
