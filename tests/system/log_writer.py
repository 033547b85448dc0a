"""A console's log under load, to be killed: `log_writer FILE MEGABYTES PER_SECOND`.

Prints "NUMBER TIME" after each hundredth of a second: handed to the log until then.
"""

import sys
import time
from pathlib import Path

from pedal.console.limits import limits_from
from pedal.console.log import Log
from pedal.console.rig import Rig, added, heard
from tests.pedal.simulated import KEY, telemetry

TURN_S = 0.01


def main(path: Path, megabytes: float, a_second: int) -> None:
    """Writes until it is killed."""
    rig = Rig(limits_from())
    rig = added(rig, "stage", KEY, time.monotonic())
    log = Log(path, round(megabytes * 1e6))
    began_s, number = time.monotonic(), 0
    while True:
        now_s = time.monotonic()
        while number < (now_s - began_s) * a_second:
            number += 1
            effect = "rodent" if number % 500 < 250 else "blues"  # an event
            report = telemetry(number, effect=effect)
            rig = heard(rig, "stage", report, now_s)
            log.report(rig.seats["stage"].pedal, now_s)
        print(number, time.monotonic(), flush=True)
        trouble = log.tend(rig, now_s)
        if trouble:
            print(trouble, file=sys.stderr)
        time.sleep(TURN_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
