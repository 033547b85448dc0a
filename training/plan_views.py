"""The progress of a plan: a line for each running model, and the time all will take."""

import math
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from training import cluster
from training.plan import Message, Plan, Task, side_by_side
from training.run import Report
from training.train import spoken

Heed = Callable[[Message], None]


def seconds_left(
    running: Sequence[float], waiting: int, workers: int, whole: Sequence[float]
) -> float:
    """What a plan still needs. running: time left of each; whole: of those known.

    A task that waits is taken to last as long as the mean of those whose time is known.
    """
    known = [seconds for seconds in running if math.isfinite(seconds)]
    mean = sum(whole) / len(whole) if whole else math.inf
    if not known and not (waiting and whole):
        return math.inf
    total = sum(known) + (waiting * mean if waiting else 0.0)
    return max([total / max(workers, 1), *known])


class Board:
    """Shows a plan while it runs, and hands on what its tasks return."""

    def __init__(
        self, console: Console, tasks: Sequence[Task], workers: int, heed: Heed | None
    ) -> None:
        self.console, self.workers, self.handed_on = console, workers, heed
        self.waiting = {task.name for task in tasks}
        self.reports: dict[str, Report] = {}
        self.whole: dict[str, float] = {}  # by task: seconds that it takes in all
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[text]}"),
            console=console,
            disable=not tasks,
        )
        self.rows = {"": self.bar.add_task("all", total=len(tasks), text="")}

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.bar.stop()

    def heed(self, message: Message) -> None:
        """Shows a report; hands on an end."""
        name = message.task.name
        if message.ended:
            self.reports.pop(name, None)
            self.waiting.discard(name)
            if name in self.rows:
                self.bar.remove_task(self.rows.pop(name))
            self.bar.advance(self.rows[""])
            self.sum_up()
            if message.error is not None:
                self.console.print(f"{name}: failed", highlight=False)
            if self.handed_on is not None:
                self.handed_on(message)
        elif message.report.note:
            line = f"{name}: {message.report.note}"
            self.console.print(line, soft_wrap=True, highlight=False)
        else:
            self.show(name, message.report)

    def show(self, name: str, report: Report) -> None:
        """A running task's line."""
        self.waiting.discard(name)
        if name not in self.rows:
            self.rows[name] = self.bar.add_task(name, total=1.0, text="")
        self.reports[name] = report
        if 0.0 < report.done < 1.0 and math.isfinite(report.seconds_left):
            self.whole[name] = report.seconds_left / (1.0 - report.done)
        found = f"ESR {100 * report.error:.3f} %, "
        text = (found if math.isfinite(report.error) else "") + spoken(
            report.seconds_left
        )
        self.bar.update(self.rows[name], completed=report.done, text=text)
        self.sum_up()

    def sum_up(self) -> None:
        """The time that all still take."""
        running = [report.seconds_left for report in self.reports.values()]
        whole = list(self.whole.values())
        left = seconds_left(running, len(self.waiting), self.workers, whole)
        self.bar.update(self.rows[""], text=spoken(left))


def run(
    tasks: Sequence[Task],
    workers: int,
    ray: str | None,
    console: Console,
    heed: Heed | None = None,
) -> Plan:
    """Runs tasks here, or on the cluster at that address, shown on the console."""
    with Board(console, tasks, workers, heed) as board:
        if ray:
            return cluster.on_ray(tasks, ray, board.heed)
        return side_by_side(tasks, workers, board.heed)
