"""Checks that name what is wrong with a pair of recordings, before any training."""

from training.checks.pair import examine, examine_files
from training.checks.report import Check, Report, State

__all__ = ["Check", "Report", "State", "examine", "examine_files"]
