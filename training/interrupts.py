"""Holds Ctrl-C back while something must not be cut in two; it comes right after.

Signals that are held back are handed on to processes started meanwhile, held back too.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator


def let_through(allowed: bool) -> None:
    """Lets Ctrl-C through to this thread, or holds it back until it is let through."""
    if hasattr(signal, "pthread_sigmask"):
        how = signal.SIG_UNBLOCK if allowed else signal.SIG_BLOCK
        signal.pthread_sigmask(how, {signal.SIGINT})


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Ctrl-C waits for the end of the block.

    Another thread, such as a progress bar's, takes a signal that is blocked in this one
    and Python then acts on it here; so it is not only blocked but remembered as well.
    """
    came: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    ours = before is not None and threading.current_thread() is threading.main_thread()
    if ours:
        signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    let_through(False)
    try:
        yield
    finally:
        let_through(True)
        if ours:
            signal.signal(signal.SIGINT, before)
        if came and before is not signal.SIG_IGN:
            raise KeyboardInterrupt
