"""A small real plan as a program, for tests that interrupt it: two networks at once.

Run: python -m tests.training.plan_program FOLDER UPDATES. Prints "learning" when both
are at it, a line a note and a result, and ends as factory.py does.
"""

import sys
from pathlib import Path

from training.fragments import material
from training.models import Shape
from training.plan import Message, Task, side_by_side
from training.run import Recipe
from training.train import Watch, train
from training.virtual import guitar


def learn(folder: str, seed: int, updates: int, watch: Watch) -> tuple[int, float]:
    """A network of four units.   returns: its updates and its best error."""
    dry = guitar.play(20.0, seed=11)
    made = material([(dry, 0.5 * dry)])
    recipe = Recipe(updates, lanes=8, window=128, validations=updates // 50, seed=seed)
    result = train(made, Shape(hidden=4), recipe, None, Path(folder), watch)
    return result.updates, result.validation_esr


def main() -> int:
    """returns: 1 after an error or Ctrl-C, else 0."""
    folder, updates = sys.argv[1], int(sys.argv[2])
    names = ("one", "two")
    tasks = [Task(name, learn, (folder, k, updates)) for k, name in enumerate(names)]
    at_it: set[str] = set()

    def heed(message: Message) -> None:
        name, report = message.task.name, message.report
        if message.result:
            print(name, *message.result, flush=True)
        elif report and report.note:
            print(name, report.note, flush=True)
        elif report and report.error < 1.0 and name not in at_it:
            at_it.add(name)
            if len(at_it) == len(names):
                print("learning", flush=True)

    went = side_by_side(tasks, 2, heed)
    for error in went.errors.values():
        print(error, flush=True)
    return 1 if went.errors or went.stopped else 0


if __name__ == "__main__":
    sys.exit(main())
