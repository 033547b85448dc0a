"""Runs a small plan on a cluster of this machine and prints how it went, as JSON."""

import json
import sys

from tests.training.plan_tasks import doubled, refused
from training import cluster
from training.plan import Message, Task


def main() -> int:
    """Two tasks, one of which is refused."""
    results = {}

    def heed(message: Message) -> None:
        if message.ended:
            results[message.task.name] = message.result or str(message.error)

    tasks = [Task("good", doubled, (3,)), Task("refused", refused, ())]
    went = cluster.on_ray(tasks, cluster.LOCAL, heed)
    print(json.dumps({"results": results, "errors": list(went.errors)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
