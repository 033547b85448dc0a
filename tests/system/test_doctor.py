"""`pedal doctor` plays with the period, and hears when it does not hold."""

import json
import os
import subprocess
import sys

import pytest

from tests.system.stage import engine_missing

pytestmark = pytest.mark.skipif(bool(engine_missing()), reason=engine_missing())


def examined(*words: str, **environment: str) -> dict[str, dict]:
    """The doctor's findings by subject."""
    done = subprocess.run(
        [sys.executable, "-m", "pedal.cli", "doctor", "--json", *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {row["subject"]: row for row in json.loads(done.stdout)}


def test_the_doctor_tells_how_the_period_went() -> None:
    found = examined("--period", "1024")["period 1024"]
    assert found["health"] in ("ok", "warning")  # the machine may do something else
    assert "of 23.22 ms; screamer" in found["found"]


def test_a_machine_that_is_too_slow_is_told_so_with_a_remedy() -> None:
    burner = {"PEDAL_ALLOW_FAULTS": "1", "PEDAL_BURN_PERCENT": "150"}
    found = examined("--period", "512", **burner)["period 512"]
    late, blocks = (int(found["found"].split()[place]) for place in (0, 2))
    assert found["health"] == "warning"
    assert late > blocks / 2
    assert "stop what else runs here" in found["remedy"]
