"""Runs tasks side by side, one process a core, one thread each, and shows them all.

A task is a function at the top of a module, its arguments, and a name; the function is
also given a `watch` to report to. What a task returns is handed on in the parent, one
after the other, so two tasks never write the same file.
"""

import contextlib
import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from pedal.errors import PedalError
from training import interrupts
from training.errors import WorkerError

REPORT_SECONDS = 0.25  # between two reports of a task
FULL = ("allocate memory", "out of memory")  # torch's words, in a RuntimeError
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Task:
    """Work for a process: function(*arguments, watch=...)."""

    name: str
    function: Callable[..., Any]
    arguments: tuple


@dataclass(frozen=True)
class Message:
    """What a task says: a report, and at its end a result or an error."""

    task: Task
    report: Any = None
    result: Any = None
    error: PedalError | None = None
    ended: bool = False


@dataclass
class Plan:
    """How a plan went: the errors by task, and whether Ctrl-C ended it."""

    errors: dict[str, PedalError] = field(default_factory=dict)
    stopped: bool = False


def cores() -> int:
    """Cores that this process may use."""
    with contextlib.suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Throttle:
    """Sends a report at most every quarter second, and always one with a note."""

    def __init__(self, send: Callable[[Any], None]) -> None:
        self.send, self.sent = send, -1.0

    def __call__(self, report: Any) -> None:
        now = time.monotonic()
        if now - self.sent >= REPORT_SECONDS or getattr(report, "note", ""):
            self.sent = now
            self.send(report)


def work(task: Task, pipe: Connection) -> None:
    """The life of a worker process."""
    with contextlib.suppress(BrokenPipeError):  # where the parent is gone
        try:
            interrupts.let_through(True)
            result = task.function(*task.arguments, watch=Throttle(pipe.send))
            pipe.send(("result", result))
        except BrokenPipeError:
            raise
        except (Exception, KeyboardInterrupt) as error:
            pipe.send(("error", in_a_line(task, error)))


def in_a_line(task: Task, error: BaseException) -> PedalError:
    """Whatever ended a task as an error of the product.

    A bug is a line as well; with $PEDAL_VERBOSE its traceback goes to stderr.
    """
    if isinstance(error, PedalError):
        return error
    if isinstance(error, KeyboardInterrupt):
        said = "stopped; run the same again to go on where it was"
    elif isinstance(error, MemoryError) or any(words in str(error) for words in FULL):
        said = "found too little memory; run fewer side by side"
    elif isinstance(error, OSError):
        said = f"{error}; run it again to go on"
    else:
        if os.environ.get("PEDAL_VERBOSE"):
            traceback.print_exception(error)
        words = (str(error).splitlines() or ["no words"])[0]
        said = f"{type(error).__name__}: {words}; PEDAL_VERBOSE=1 shows where"
    return WorkerError(f"{task.name}: {said}")


class Crew:
    """Worker processes, at most so many at once, each with its pipe."""

    def __init__(self, tasks: Sequence[Task], workers: int) -> None:
        self.waiting, self.most = list(tasks), max(workers, 1)
        self.running: dict[Connection, tuple[Task, Any]] = {}
        self.context = multiprocessing.get_context("spawn")

    def hire(self) -> None:
        """Starts what there is room for. Each sees one thread in its environment."""
        while self.waiting and len(self.running) < self.most:
            task = self.waiting.pop(0)
            ours, theirs = self.context.Pipe(duplex=False)
            process = self.context.Process(target=work, args=(task, theirs))
            # Held back until it works, Ctrl-C cuts no import short with a traceback.
            with one_thread(), interrupts.held_back():
                process.start()
                theirs.close()
                self.running[ours] = (task, process)

    def speaking(self) -> list[Any]:
        """Whose pipes have something to say within half a second."""
        return wait(list(self.running), timeout=0.5)

    def hear(self, speaking: Sequence[Any]) -> Iterator[Message]:
        """What they say."""
        for pipe in speaking:
            task, process = self.running[pipe]
            try:
                said = pipe.recv()
            except (EOFError, OSError):
                process.join()
                del self.running[pipe]
                yield Message(task, error=death(task, process.exitcode), ended=True)
                continue
            if not (isinstance(said, tuple) and said[0] in ("result", "error")):
                yield Message(task, report=said)
                continue
            process.join()
            del self.running[pipe]
            yield Message(task, **{said[0]: said[1]}, ended=True)

    def stop(self) -> None:
        """Ends all at once."""
        for _, process in self.running.values():
            process.terminate()
        for _, process in self.running.values():
            process.join()


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Processes started within compute on one thread."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def death(task: Task, code: int | None) -> WorkerError:
    """A worker that ended without a word."""
    how = f"ended with code {code}"
    if code is not None and code < 0:
        how = f"was killed by {signal.Signals(-code).name}"
    return WorkerError(
        f"{task.name}: its process {how}; run the same again to go on where it was"
    )


def side_by_side(
    tasks: Sequence[Task], workers: int, heed: Callable[[Message], None]
) -> Plan:
    """Runs all tasks. Errors of a task, or of heeding its result, stop no other.

    Ctrl-C reaches the workers too, which end what they do; a second one kills them.
    """
    crew, plan = Crew(tasks, workers), Plan()
    try:
        while crew.waiting or crew.running:
            try:
                crew.hire()
                speaking = crew.speaking()
                with interrupts.held_back():  # what a task returned is not lost
                    for message in crew.hear(speaking):
                        tell(plan, message, heed)
            except KeyboardInterrupt:
                if plan.stopped:
                    break
                plan.stopped, crew.waiting = True, []
    finally:
        crew.stop()
    return plan


def tell(plan: Plan, message: Message, heed: Callable[[Message], None]) -> None:
    """Hands a message on, noting what went wrong."""
    if message.error is not None:
        plan.errors[message.task.name] = message.error
    try:
        heed(message)
    except PedalError as error:
        plan.errors[message.task.name] = error
