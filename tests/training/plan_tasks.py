"""Tasks for test_plan; apart, so that a worker that runs one need not import torch."""

import os
import signal
import time
from pathlib import Path

from training.errors import TrainingError


def doubled(number: int, watch) -> int:
    """A task that reports once."""
    watch("half way")
    return 2 * number


def refused(watch) -> None:
    """Fails as the product fails."""
    watch("about to fail")
    raise TrainingError("nothing to learn")


def killed(watch) -> None:
    """Is killed from outside."""
    watch("about to be killed")
    os.kill(os.getpid(), signal.SIGKILL)


def full_disk(watch) -> None:
    """Finds no room."""
    watch("about to write")
    raise OSError(28, "No space left on device")


def broken(watch) -> None:
    """Has a bug, and an error of two lines."""
    watch("about to break")
    raise IndexError("no such row\nnor column")


def unsendable(watch) -> object:
    """Gives what cannot go to another process."""
    return watch


def met(own: str, other: str, watch) -> int:
    """Waits for another task to be there.   returns: the threads it may use."""
    Path(own).touch()
    for _ in range(600):
        if Path(other).exists():
            return int(os.environ["OMP_NUM_THREADS"])
        watch("waiting")
        time.sleep(0.1)
    raise TrainingError("the other task never came")
