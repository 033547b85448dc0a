"""Times the kernel beside RTNeural: runs pedal-bench, keeps what there is at Ctrl-C."""

import json
import platform
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from pedal.bench_views import Bench, Report, as_json, as_markdown, as_table
from pedal.engine import last_words
from pedal.errors import EngineError, UsageError
from pedal.paths import bench_paths

CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Options:
    """rounds: timings of each subject. table: a Markdown file to write, or None."""

    bank: Path
    rounds: int
    table: Path | None
    as_json: bool


def bench(options: Options, console: Console) -> None:
    """Runs every build there is and prints its medians.

    Raises UsageError for a wrong number of rounds, EngineError where nothing is built
    or a bank can't be played.
    """
    if options.rounds < 1:
        raise UsageError(f"--rounds: expected 1 or more, found {options.rounds}")
    programs = bench_paths()
    report = Report(processor(), [])
    quiet = options.as_json or not console.is_terminal
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=console, disable=quiet) as bar:
            tasks = [bar.add_task(p.name, total=options.rounds) for p in programs]
            for program, task in zip(programs, tasks, strict=True):
                run = Bench()
                report.runs.append(run)
                for line in _lines(program, options):
                    run.take(line)
                    bar.update(task, completed=run.rounds)
    except KeyboardInterrupt:
        if not any(run.rounds for run in report.runs):
            raise
        console.print(f"stopped after {report.runs[-1].rounds} of {options.rounds}")
    report.runs[:] = [run for run in report.runs if run.rounds]
    if options.as_json:
        print(json.dumps(as_json(report), indent=1))
    for run in report.runs if not options.as_json else ():
        console.print(as_table(report, run))
    if options.table:
        options.table.write_text(as_markdown(report), encoding="utf-8")


def processor() -> str:
    """What this machine's processor calls itself."""
    try:
        for line in CPU_INFO.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _lines(program: Path, options: Options) -> Iterator[dict]:
    """What pedal-bench prints, as it comes; ends it when the reader stops."""
    line = [str(program), "--rounds", str(options.rounds), "--bank", str(options.bank)]
    child = subprocess.Popen(
        line,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is ours to hear
    )
    assert child.stdout is not None
    assert child.stderr is not None
    try:
        for text in child.stdout:
            yield json.loads(text)
        if child.wait():
            said = child.stderr.read().replace("pedal-bench: ", "pedal-engine: ")
            raise EngineError(last_words(said, child.returncode))
    finally:
        child.kill()
        child.wait()
