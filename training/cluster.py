"""The same plan on a Ray cluster; `pip install pedal[cluster]` brings Ray.

Source: docs.ray.io, "Ray Core": tasks, objects and ray.util.queue.
"""

import contextlib
import socket
from collections.abc import Callable, Sequence
from typing import Any

from training import interrupts
from training.errors import WorkerError
from training.plan import Message, Plan, Task, Throttle, in_a_line, tell

LOCAL = "local"  # an address that starts a cluster on this machine
POLL_SECONDS = 0.5
ANSWER_SECONDS = 10.0  # Ray itself tries for minutes


def ray_package() -> Any:
    """Ray, imported only here. Raises WorkerError where it is not installed."""
    try:
        import ray
        import ray.util.queue
    except ImportError as error:
        raise WorkerError(
            "--ray: found no Ray on this machine; install it with "
            "`.venv/bin/pip install -e '.[cluster]'`"
        ) from error
    return ray


def connect(ray: Any, address: str) -> None:
    """Joins a cluster. Raises WorkerError when none answers at the address."""
    where = None if address == LOCAL else address
    try:
        knock(where)
        ray.init(
            where, log_to_driver=False, include_dashboard=False, logging_level="error"
        )
    except (ConnectionError, ValueError, RuntimeError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise WorkerError(
            f"--ray {address}: no cluster answers there ({reason}); "
            "start one with `ray start --head`"
        ) from error


def knock(where: str | None) -> None:
    """Raises OSError when nothing listens at HOST:PORT or ray://HOST:PORT."""
    host, _, port = (where or "").rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        to = (host.strip("[]"), int(port))
        with contextlib.suppress(OverflowError):  # a port that is none: Ray names it
            socket.create_connection(to, timeout=ANSWER_SECONDS).close()


def work(task: Task, queue: Any) -> Any:
    """What a machine of the cluster does; what it says goes through the queue."""

    def send(report: Any) -> None:
        queue.put((task.name, report))

    try:
        return "result", task.function(*task.arguments, watch=Throttle(send))
    except (Exception, KeyboardInterrupt) as error:
        return "error", in_a_line(task, error)


def on_ray(
    tasks: Sequence[Task], address: str, heed: Callable[[Message], None]
) -> Plan:
    """Runs all tasks on the cluster, one core each.

    Ctrl-C is handed on to what runs, which ends with its best, and begins nothing else;
    a second one waits for nothing.
    """
    ray, plan = ray_package(), Plan()
    connect(ray, address)
    try:
        queue = ray.util.queue.Queue()
        remote = ray.remote(num_cpus=1, max_retries=1)(work)
        running = {remote.remote(task, queue): task for task in tasks}
        names = {task.name: task for task in tasks}
        while running:
            try:
                ready, _ = ray.wait(list(running), timeout=POLL_SECONDS)
                for _ in range(queue.qsize()):
                    name, report = queue.get()
                    tell(plan, Message(names[name], report=report), heed)
                with interrupts.held_back():
                    for reference in ready:
                        tell(plan, ended(ray, reference, running.pop(reference)), heed)
            except KeyboardInterrupt:
                if plan.stopped:
                    break
                plan.stopped = True
                for reference in running:
                    with contextlib.suppress(Exception):
                        ray.cancel(reference)
    finally:
        ray.shutdown()
    return plan


def ended(ray: Any, reference: Any, task: Task) -> Message:
    """How a task ended: with a result, its own error, or its machine's."""
    try:
        kind, value = ray.get(reference)
    except ray.exceptions.TaskCancelledError:
        return Message(task, error=in_a_line(task, KeyboardInterrupt()), ended=True)
    except ray.exceptions.RayError as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        lost = WorkerError(f"{task.name}: lost on the cluster: {reason}; run it again")
        return Message(task, error=lost, ended=True)
    return Message(task, **{kind: value}, ended=True)
