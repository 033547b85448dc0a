"""What this machine lacks for playing well, and what to do about each."""

import importlib.metadata
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from pedal import bank, doctor_timing
from pedal.errors import PedalError
from pedal.findings import Finding, Health
from pedal.paths import engine_path
from pedal.protocol.protocol import VERSION

GOVERNORS = Path("/sys/devices/system/cpu")
CARDS = Path("/proc/asound/cards")
PACKAGES = (
    "numpy",
    "soundfile",
    "soxr",
    "pyloudnorm",
    "python-osc",
    "rich",
    "typer",
    "jsonschema",
    "websockets",
)


def examine(folder: Path, period: int) -> list[Finding]:
    """All findings. folder: the bank to check; period: to try, in samples."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _engine,
        lambda: _bank(folder),
        doctor_timing.priority,
        doctor_timing.throttling,
        _memory,
        _governor,
        doctor_timing.clock,
        _sound_cards,
        _packages,
        lambda: doctor_timing.waking(period),
    )
    findings = [finding for check in checks for finding in check()]
    if all(finding.health is not Health.BROKEN for finding in findings):
        findings += doctor_timing.period_holds(folder, period)
    return findings


def _engine() -> Iterator[Finding]:
    """Is it built, and with what."""
    try:
        path = engine_path()
        done = subprocess.run(
            [str(path), "--version"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (PedalError, OSError, subprocess.TimeoutExpired) as cause:
        yield Finding(Health.BROKEN, "engine", str(cause), "run `make build`")
        return
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    if done.returncode or not lines:
        yield Finding(
            Health.BROKEN, "engine", f"{path} does not start", "run `make build`"
        )
        return
    yield Finding(Health.GOOD, "engine", f"{', '.join(lines)}; protocol {VERSION}")


def _bank(folder: Path) -> Iterator[Finding]:
    """Can it be trusted."""
    try:
        loaded = bank.load(folder)
    except PedalError as cause:
        yield Finding(
            Health.BROKEN, "bank", str(cause), "restore it, or name one by --bank"
        )
        return
    yield Finding(Health.GOOD, "bank", f"{loaded.name}: {', '.join(loaded.ids)}")


def _memory() -> Iterator[Finding]:
    """May the engine keep its memory from being swapped out."""
    limit = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    if limit in (resource.RLIM_INFINITY, -1) or limit >= 256 * 2**20 or _is_root():
        yield Finding(Health.GOOD, "memory lock", "allowed")
        return
    remedy = 'put "@audio - memlock unlimited" in /etc/security/limits.d/audio.conf'
    yield Finding(Health.WARNING, "memory lock", f"limit {limit // 1024} KiB", remedy)


def _governor() -> Iterator[Finding]:
    """Does the processor change its speed under the player."""
    names = {
        path.read_text(encoding="utf-8").strip()
        for path in GOVERNORS.glob("cpu[0-9]*/cpufreq/scaling_governor")
    }
    if names <= {"performance"}:
        yield Finding(
            Health.GOOD, "processor speed", ", ".join(names) or "not adjustable"
        )
        return
    remedy = "run `sudo cpupower frequency-set -g performance`"
    yield Finding(Health.WARNING, "processor speed", ", ".join(sorted(names)), remedy)


def _sound_cards() -> Iterator[Finding]:
    """Is there one, as ALSA sees it."""
    try:
        lines = CARDS.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split("]: ", 1)[1].strip() for line in lines if "]: " in line]
    if names:
        yield Finding(Health.GOOD, "sound card", "; ".join(names))
        return
    remedy = "plug one in; until then a clocked null device plays"
    yield Finding(Health.WARNING, "sound card", "none", remedy)


def _packages() -> Iterator[Finding]:
    """Are the libraries of Python there."""
    missing = []
    for name in PACKAGES:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        yield Finding(
            Health.BROKEN,
            "python packages",
            f"no {', '.join(missing)}",
            "run `make setup`",
        )
        return
    yield Finding(Health.GOOD, "python packages", "complete")


def _is_root() -> bool:
    """Root is not bound by limits."""
    return os.geteuid() == 0
