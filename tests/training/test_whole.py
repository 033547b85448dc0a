"""What cannot be written whole leaves what was there, and nothing beside it."""

import contextlib
import os
import signal
from collections.abc import Iterator

import numpy as np
import pytest

from pedal.errors import AudioError
from training import audio, whole

resource = pytest.importorskip("resource", reason="sets limits as POSIX has them")
LOUD = np.full(44100, 1.0)


@contextlib.contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)


def test_a_recording_without_room_is_one_line_and_the_old_one_stays(tmp_path):
    path = tmp_path / "wet.wav"
    audio.write(path, 0.1 * LOUD)
    with (
        room_for(50_000),
        pytest.raises(AudioError, match=r"wet\.wav: cannot be written: File too large"),
    ):
        audio.write(path, LOUD)
    assert np.allclose(audio.read(path), 0.1)
    assert os.listdir(tmp_path) == ["wet.wav"]


def test_a_first_recording_without_room_leaves_nothing(tmp_path):
    with room_for(50_000), pytest.raises(AudioError):
        audio.write(tmp_path / "wet.wav", LOUD)
    assert os.listdir(tmp_path) == []


def test_ctrl_c_while_a_file_is_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "one"
    path.write_text("old")

    def cut() -> None:
        with whole.aside(path) as new:
            new.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["one"]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(AudioError, match="No such file or directory; make room or"):
        audio.write(tmp_path / "nowhere" / "wet.wav", LOUD)


def test_a_link_stays_a_link_and_a_device_a_device(tmp_path):
    real, link = tmp_path / "real.wav", tmp_path / "link.wav"
    link.symlink_to(real)
    audio.write(link, LOUD)
    assert link.is_symlink()
    assert len(audio.read(real)) == len(LOUD)
    nowhere = tmp_path / "nowhere.wav"
    nowhere.symlink_to(os.devnull)
    audio.write(nowhere, LOUD)
    assert os.path.exists(os.devnull)
    assert not os.path.isfile(os.devnull)
