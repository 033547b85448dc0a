"""What `pedal evaluate paper` calls: plays, trains and measures, then writes it up."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from training import bankfile, paper, paper_data, paper_page, paper_tables, plain
from training.errors import TrainingError
from training.paper import Job
from training.paper_data import Source, known
from training.plan import Message, Plan, Task, cores, side_by_side
from training.plan_views import Board
from training.training_report import Deploy

DEFAULT_EFFECT = {
    True: "rodent",
    False: "RAT",
}  # simulated or not; the paper's Figure 1
MOST_UNITS = 128
Side = Callable[..., Plan]  # plan.side_by_side, or what does as much


def evaluate_paper(
    folder: Path,
    deploy: Deploy,
    given: dict[str, Any],
    workers: int | None = None,
    console: Console | None = None,
    run: Side = side_by_side,
) -> None:
    """Redoes the comparisons into a folder; what is done there is not done again.

    given: egfx and phrases (folders or None), effect, sizes (such as "6,16"), seeds,
    updates, seconds. Ctrl-C writes up what is there.
    Raises TrainingError, AudioError or CheckError.
    """
    console = console or Console(quiet=True)
    sizes = units(given["sizes"])
    source = Source(
        given["effect"] or DEFAULT_EFFECT[given["egfx"] is None],
        *(str(given[name] or "") for name in ("egfx", "phrases")),
        given["seconds"],
    )
    if source.phrases and not source.egfx:
        raise TrainingError("--phrases: expected --egfx DIR with it, found none")
    console.print(f"notes and phrases through {source.effect}, into {folder}")
    with console.status("playing and reading the audio"):
        data = paper_data.prepare(folder / "data", source)
    kinds = source.kinds
    jobs = paper.jobs(sizes, given["seeds"], given["updates"], kinds)
    state = {"data": asdict(source), "format": paper_data.FORMAT}
    todo = [job for job in jobs if finished(folder, job, state) is None]
    if len(todo) < len(jobs):
        console.print(f"{len(jobs) - len(todo)} of {len(jobs)} trainings are there")
    tasks = [Task(job.name, paper.train, (job, folder, data, deploy)) for job in todo]
    by_name = {job.name: job for job in jobs}

    def heed(message: Message) -> None:
        if message.result is not None:
            keep(folder, by_name[message.task.name], state, message.result, console)

    workers = workers or cores()
    with Board(console, tasks, workers, heed) as board:
        went = run(tasks, workers, board.heed)
    rows = [row for job in jobs if (row := finished(folder, job, state)) is not None]
    if rows:
        page = paper_page.write(folder, rows, len(jobs), source, data, workers)
        for line in paper_tables.verdicts(rows):
            console.print(line, highlight=False)
        console.print(f"{len(rows)} of {len(jobs)} trainings: {page}", highlight=False)
    if went.stopped:
        raise KeyboardInterrupt
    for error in went.errors.values():
        raise TrainingError(f"{error} ({len(went.errors)} of {len(jobs)} failed)")


def units(text: str) -> list[int]:
    """`6,16` -> [6, 16]. Raises TrainingError."""
    try:
        sizes = sorted({int(word) for word in text.split(",")})
    except ValueError:
        sizes = []
    if not sizes or not 1 <= sizes[0] <= sizes[-1] <= MOST_UNITS:
        raise TrainingError(
            f'--sizes: expected such as 6,16, at most {MOST_UNITS}, found "{text}"'
        )
    return sizes


def finished(folder: Path, job: Job, state: dict[str, Any]) -> dict[str, Any] | None:
    """The figures of a training that is done, on these data, for as long."""
    row = known(folder / "runs" / f"{job.name}.json")
    same = row.get("job") == asdict(job) and row.get("state") == state
    return row if same else None


def keep(
    folder: Path,
    job: Job,
    state: dict[str, Any],
    result: tuple[dict[str, Any], Path | None],
    console: Console,
) -> None:
    """Writes a training's figures; its run on disk is then removed."""
    row, unfinished = result
    text = plain.dumps({**row, "state": state}, indent=1)
    bankfile.write_aside(folder / "runs" / f"{job.name}.json", text.encode())
    if unfinished:
        unfinished.unlink(missing_ok=True)
    said = f"{job.name}: ESR {100 * row['esr_all']:.3f} %, MSE {row['mse_all']:.2e}"
    console.print(said, highlight=False)
