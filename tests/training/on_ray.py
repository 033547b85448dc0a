"""Runs a small plan on a cluster of this machine and prints how it went, as JSON.

A real model of the factory's is among it, one that is killed, and one that learns until
Ctrl-C comes, which is when all others have ended.
"""

import json
import sys
from typing import Any

import numpy as np

from tests.training.plan_program import learn
from tests.training.plan_tasks import doubled, killed, refused
from training import cluster, effects, factory
from training.fragments import material
from training.plan import Message, Task
from training.virtual import guitar

MANY = 100_000  # updates that nobody waits for
PLAN = {
    "seed": 0,
    "recordings": [],
    "hidden_1": {"screamer": 3},
    "updates_1": {"screamer": 50},
    "most_esr_1": {"screamer": 99.0},
}


def plain(message: Message) -> Any:
    """What came back, for JSON."""
    result = message.result
    if isinstance(result, effects.Effect):
        return [result.row["block"], json.loads(result.files["model"])["in_shape"]]
    return result or str(message.error)


def main(folder: str) -> int:
    """Five tasks; Ctrl-C reaches the last."""
    results, learning = {}, set()

    def heed(message: Message) -> None:
        name, report = message.task.name, message.report
        if message.ended:
            results[name] = plain(message)
        elif name == "long" and report.error < 1.0:
            learning.add(name)
        if learning and len(results) == len(tasks) - 1:
            learning.clear()
            raise KeyboardInterrupt

    dry = guitar.play(20.0, seed=4)
    made = material([(dry, np.tanh(3.0 * dry))])
    tasks = [
        Task("long", learn, (folder, 0, MANY)),
        Task("good", doubled, (3,)),
        Task("refused", refused, ()),
        Task("killed", killed, ()),
        Task("model", factory.make, (PLAN, "screamer", 1, made, 1.0)),
    ]
    went = cluster.on_ray(tasks, cluster.LOCAL, heed)
    told = {"results": results, "errors": sorted(went.errors), "stopped": went.stopped}
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
