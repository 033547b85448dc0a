"""Holds Ctrl-C back while something must not be cut in two; it comes right after.

Signals that are held back are handed on to processes started meanwhile, held back too.
"""

import contextlib
import signal
from collections.abc import Iterator


def let_through(allowed: bool) -> None:
    """Lets Ctrl-C through to this thread, or holds it back until it is let through."""
    if hasattr(signal, "pthread_sigmask"):
        how = signal.SIG_UNBLOCK if allowed else signal.SIG_BLOCK
        signal.pthread_sigmask(how, {signal.SIGINT})


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Ctrl-C waits for the end of the block."""
    let_through(False)
    try:
        yield
    finally:
        let_through(True)
