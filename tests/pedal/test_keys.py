"""Keys of a terminal: a pseudo-terminal plays it."""

import os
import pty
import sys

import pytest

from pedal.keys import Keys


@pytest.fixture
def terminal(monkeypatch):
    """The far end of a terminal that is our standard input."""
    far, near = pty.openpty()
    with open(near, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield far
    os.close(far)


def test_a_key_comes_at_once_and_not_by_the_line(terminal):
    with Keys() as keys:
        os.write(terminal, b"n ")
        assert keys.pressed() == "n "
        assert keys.descriptors() == [sys.stdin.fileno()]


@pytest.mark.usefixtures("terminal")
def test_in_the_background_the_terminal_is_left_alone(monkeypatch):
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp() + 1)
    with Keys() as keys:
        assert keys.descriptors() == []


@pytest.mark.usefixtures("terminal")
def test_a_terminal_that_has_gone_is_not_asked_for_ever(monkeypatch):
    def gone(*_):
        raise OSError(5, "Input/output error")

    with Keys() as keys:
        monkeypatch.setattr(os, "read", gone)
        assert keys.pressed() == ""
        assert keys.descriptors() == []
