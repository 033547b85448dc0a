"""How long a process has said nothing, in time that we were awake for. Pure.

A laptop that slept, or a console that was itself stopped, finds a long gap on its own
clock too: of such a gap only STEP_S counts, so that it is nobody's silence.
"""

PATIENCE_S = 2.0  # a process that speaks 20 times a second and says nothing hangs
START_S = 30.0  # a busy machine may take so long to the first word
STEP_S = 0.25  # what one look counts at most; looks come at least 10 times a second


class Silence:
    """Counts one process's silence; time is passed in, in seconds of any one clock."""

    def __init__(self, first_s: float = START_S) -> None:
        """first_s: patience until the first word; shorter once there has been one."""
        self._first_s = self._patience_s = first_s
        self._silent_s = 0.0
        self._then_s: float | None = None

    @property
    def seconds(self) -> float:
        """What has been counted since it was last heard."""
        return self._silent_s

    def begin(self) -> None:
        """The process has been started, for the first time or again."""
        self._patience_s, self._silent_s, self._then_s = self._first_s, 0.0, None

    def heard(self) -> None:
        """It has said something."""
        self._first_s = min(self._first_s, START_S)
        self._patience_s, self._silent_s = PATIENCE_S, 0.0

    def allow(self, patience_s: float) -> None:
        """It has been asked for something that takes a while, its end perhaps."""
        self._patience_s, self._silent_s = patience_s, 0.0

    def hangs(self, now_s: float) -> bool:
        """One look: True when it has been silent for longer than it may."""
        if self._then_s is not None:
            self._silent_s += min(now_s - self._then_s, STEP_S)
        self._then_s = now_s
        return self._silent_s > self._patience_s
