"""Downloads that break off carry on; wrong, corrupt or too large ones leave nothing."""

import hashlib
import http.server
import io
import shutil
import threading
from collections import namedtuple

import pytest
from rich.console import Console

from tests.training import small_sets
from training import fetch, fetch_bar
from training.errors import DownloadError


class Archive(http.server.BaseHTTPRequestHandler):
    """Serves one content with ranges; cuts the line after `cut` bytes if set.

    busy: how often it says 503 first; ranges: False for one that knows none.
    """

    content, cut, busy, ranges, asked = b"", 0, 0, True, []

    def do_GET(self) -> None:
        begin = int((self.headers["Range"] or "bytes=0-")[6:-1])
        self.asked.append(begin)
        if self.busy:
            type(self).busy -= 1
            self.send_error(503)
            return
        rest = self.content[begin:] if self.ranges else self.content
        self.send_response(206 if rest and self.ranges else 200 if rest else 416)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: self.cut] if self.cut else rest)

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def server(tmp_path):
    """A server of RAT.zip on the loopback, and the archives' table."""
    tree = small_sets.plant(tmp_path / "made", "RAT")
    content = small_sets.zipped(tree / "RAT")
    handler = type("One", (Archive,), {"content": content, "asked": []})
    handler.pauses = []
    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    handler.address = f"http://127.0.0.1:{listening.server_port}/files/"
    handler.archives = {"RAT": hashlib.md5(content).hexdigest()}
    yield handler
    listening.shutdown()
    listening.server_close()


def get(root, server):
    """Downloads RAT into root."""
    return fetch.effect(
        root, "RAT", server.address, server.archives, pause=server.pauses.append
    )


def left(root):
    """What lies in a folder, hidden or not."""
    return sorted(path.name for path in root.iterdir()) if root.exists() else []


def test_an_archive_arrives_and_is_unpacked(tmp_path, server):
    folder = get(tmp_path / "set", server)
    assert len(list(folder.rglob("*.wav"))) == 16
    assert left(tmp_path / "set") == ["RAT"]


def test_what_is_there_is_not_asked_for_again(tmp_path, server):
    get(tmp_path / "set", server)
    server.asked.clear()
    get(tmp_path / "set", server)
    assert server.asked == []


def test_a_line_that_keeps_breaking_is_carried_on_from_where_it_broke(tmp_path, server):
    server.cut = len(server.content) // 4
    get(tmp_path / "set", server)
    assert server.asked[0] == 0
    assert len(server.asked) >= 4
    assert server.asked == sorted(set(server.asked)), "no byte is asked for twice"
    assert left(tmp_path / "set") == ["RAT"]


def test_a_dead_line_is_one_line_and_the_next_run_carries_on(tmp_path, server):
    root, half = tmp_path / "set", len(server.content) // 2
    root.mkdir()
    (root / ".RAT.zip.part").write_bytes(server.content[:half])
    living, server.address = server.address, "http://127.0.0.1:9/files/"
    line = r"RAT\.zip: interrupted at .* MB \(Connection refused\); .* carries on"
    with pytest.raises(DownloadError, match=line):
        get(root, server)
    assert server.pauses == [1, 2, 4, 8]
    assert left(root) == [".RAT.zip.part"]
    server.address = living
    get(root, server)
    assert server.asked == [half]
    assert left(root) == ["RAT"]


def test_a_server_that_is_busy_twice_is_asked_a_third_time(tmp_path, server):
    server.busy = 2
    get(tmp_path / "set", server)
    assert server.asked == [0, 0, 0]
    assert server.pauses == [1, 2]
    assert left(tmp_path / "set") == ["RAT"]


def test_a_server_that_stays_busy_is_named_with_its_answer(tmp_path, server):
    server.busy = 100
    with pytest.raises(DownloadError, match=r"interrupted at 0\.0 MB \(HTTP 503\)"):
        get(tmp_path / "set", server)
    assert len(server.asked) == 5


def test_patience_begins_anew_with_each_new_byte(tmp_path, server):
    server.cut = len(server.content) // 7
    get(tmp_path / "set", server)
    assert len(server.pauses) > 5
    assert set(server.pauses) == {1}


def test_a_server_that_knows_no_ranges_sends_all_again(tmp_path, server):
    root = tmp_path / "set"
    root.mkdir()
    (root / ".RAT.zip.part").write_bytes(b"half of another archive")
    server.ranges = False
    get(root, server)
    assert server.asked == [23]
    assert left(root) == ["RAT"]


def test_a_part_that_is_already_whole_is_taken(tmp_path, server):
    root = tmp_path / "set"
    root.mkdir()
    (root / ".RAT.zip.part").write_bytes(server.content)
    get(root, server)
    assert left(root) == ["RAT"]


def test_a_wrong_checksum_leaves_nothing(tmp_path, server):
    server.archives["RAT"] = "0" * 32
    with pytest.raises(DownloadError, match="checksum is not 0000"):
        get(tmp_path / "set", server)
    assert left(tmp_path / "set") == []


def test_a_corrupt_archive_leaves_nothing_and_is_got_again(tmp_path, server):
    good = server.content
    server.content = good[:200] + bytes(400) + good[600:]
    server.archives["RAT"] = hashlib.md5(server.content).hexdigest()
    with pytest.raises(DownloadError, match=r"RAT\.zip: corrupt .* run it again"):
        get(tmp_path / "set", server)
    assert left(tmp_path / "set") == []
    server.content = good
    server.archives["RAT"] = hashlib.md5(good).hexdigest()
    get(tmp_path / "set", server)
    assert left(tmp_path / "set") == ["RAT"]


def test_a_full_disk_is_said_before_anything_is_written(tmp_path, server, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 1000))
    with pytest.raises(DownloadError, match=r"found 0 MB free, expected .* make room"):
        get(tmp_path / "set", server)
    assert left(tmp_path / "set") == []


def test_a_disk_that_fills_up_while_downloading_is_one_line(
    tmp_path, server, monkeypatch
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(fetch.Resuming, "keep", full)
        with pytest.raises(DownloadError, match="the disk is full; run it again"):
            get(tmp_path / "set", server)
    assert left(tmp_path / "set") == []
    get(tmp_path / "set", server)
    assert left(tmp_path / "set") == ["RAT"]


def test_a_disk_that_fills_up_while_unpacking_leaves_the_archive(
    tmp_path, server, monkeypatch
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(fetch.zipfile.ZipFile, "extract", full)
        with pytest.raises(DownloadError, match="the disk is full; run it again"):
            get(tmp_path / "set", server)
    assert left(tmp_path / "set") == ["RAT.zip"]
    server.asked.clear()
    get(tmp_path / "set", server)
    assert server.asked == []


def test_ctrl_c_while_unpacking_leaves_the_archive_alone(tmp_path, server, monkeypatch):
    extract, calls = fetch.zipfile.ZipFile.extract, []

    def cut(self, *arguments):
        calls.append(arguments)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return extract(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(fetch.zipfile.ZipFile, "extract", cut)
        with pytest.raises(KeyboardInterrupt):
            get(tmp_path / "set", server)
    assert left(tmp_path / "set") == ["RAT.zip"]
    get(tmp_path / "set", server)
    assert left(tmp_path / "set") == ["RAT"]


def test_an_effect_without_a_checksum_is_not_downloaded(tmp_path):
    with pytest.raises(DownloadError, match='"Chorus": no checksum known'):
        fetch.effect(tmp_path, "Chorus")


def test_the_bar_is_drawn_from_the_first_byte_on():
    shown = Console(file=io.StringIO(), width=80)
    with fetch_bar.bar(shown):
        pass
    assert shown.file.getvalue() == ""
    with fetch_bar.bar(shown) as advance:
        advance(1000, 2000)
        advance(2000, 2000)
    assert "2.0/2.0 kB" in shown.file.getvalue()
