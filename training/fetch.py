"""Downloads EGFxSet's archives: carries on where it stopped, checks, then unpacks.

An archive grows as a hidden file, gets its name when its checksum is right, is unpacked
beside its place and moved there whole; so nothing half-written is ever found.
"""

import errno
import os
import shutil
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pooch
import requests

from training.errors import DownloadError

ADDRESS = "https://zenodo.org/record/7044411/files/"
ARCHIVES = {  # md5, from the record itself
    "Clean": "cdb1b401960f56becc8640387910e78a",
    "BluesDriver": "b1d6dce9064a25a1cff2a0c40c30a2e4",
    "RAT": "afe9fc757a51d04126c23159706f4e8e",
    "TubeScreamer": "b9c46ed65037d0bd17bdf82dc3125beb",
}
CHUNK = 1 << 14
UNPACKED = 1.2  # size of an archive's files over its own
PATIENCE_SECONDS = 30
PAUSES_SECONDS = (1, 2, 4, 8)  # between tries that bring nothing new
Advance = Callable[[int, int], None]  # bytes so far, bytes in all (0 if not known)
Pause = Callable[[float], None]


class Resuming:
    """pooch's downloader, which keeps what it has and asks for the rest."""

    def __init__(self, part: Path, advance: Advance, pause: Pause) -> None:
        self.part, self.advance, self.pause = part, advance, pause
        self.reason = "the line broke"  # of the last try

    def __call__(self, url: str, output_file: str, _: Any) -> None:
        """Downloads all of url into output_file.

        Raises DownloadError when tries bring no new byte, after the last pause.
        """
        idle, size = 0, 0
        while not self.fetch(url):
            grown = self.part.stat().st_size if self.part.exists() else 0
            idle, size = (0, grown) if grown > size else (idle, size)
            if idle == len(PAUSES_SECONDS):
                raise DownloadError(
                    f"{self.part.stem[1:]}: interrupted at {size / 1e6:.1f} MB "
                    f"({self.reason}); run it again, it carries on from there"
                )
            self.pause(PAUSES_SECONDS[idle])
            idle += 1
        os.replace(self.part, output_file)

    def fetch(self, url: str) -> bool:
        """Asks for what is missing. True when all is there."""
        have = self.part.stat().st_size if self.part.exists() else 0
        asked = {"Range": f"bytes={have}-", "Accept-Encoding": "identity"}
        try:
            with requests.get(
                url, headers=asked, stream=True, timeout=PATIENCE_SECONDS
            ) as answer:
                if answer.status_code == 416:  # nothing behind what is there
                    return have > 0
                if answer.status_code == 429:
                    raise DownloadError(
                        f"{url}: asked too often (HTTP 429); run it again in some "
                        "minutes, it carries on"
                    )
                if 400 <= answer.status_code < 500:
                    raise DownloadError(
                        f"{url}: found HTTP {answer.status_code}, expected the archive"
                    )
                answer.raise_for_status()
                have = have if answer.status_code == 206 else 0
                length = int(answer.headers.get("Content-Length", 0))
                self.make_room(length, have + length)
                self.keep(answer, have, have + length if length else 0)
                whole = have + length
                return not length or self.part.stat().st_size >= whole
        except requests.RequestException as error:
            self.reason = in_short(error)
            return False

    def keep(self, answer: requests.Response, have: int, whole: int) -> None:
        """Appends what comes to the part."""
        with self.part.open("r+b" if have else "wb") as file:
            file.seek(have)
            file.truncate()
            for chunk in answer.iter_content(CHUNK):
                file.write(chunk)
                have += len(chunk)
                self.advance(have, whole)

    def make_room(self, length: int, whole: int) -> None:
        """Raises DownloadError when the disk cannot hold what is missing (bytes) and
        the unpacked files of the whole."""
        free = shutil.disk_usage(self.part.parent).free
        needed = length + UNPACKED * whole
        if free < needed:
            raise DownloadError(
                f"{self.part.parent}: found {free / 1e6:.0f} MB free, expected "
                f"{needed / 1e6:.0f} MB; make room, then run it again"
            )


def in_short(error: requests.RequestException) -> str:
    """What went wrong in a few words: the answer's code, or the innermost cause's."""
    if error.response is not None:
        return f"HTTP {error.response.status_code}"
    cause: BaseException = error
    while inner := cause.__cause__ or cause.__context__:
        cause = inner
    words = str(getattr(cause, "strerror", None) or cause).splitlines()
    return words[0] if words else type(cause).__name__


def effect(
    root: Path,
    name: str,
    address: str = ADDRESS,
    archives: dict[str, str] = ARCHIVES,
    advance: Advance = lambda _got, _all: None,
    pause: Pause = time.sleep,
) -> Path:
    """The folder of one effect, downloaded unless it is there.

    advance: told how far it is; pause: waits so many seconds before another try.
    Raises DownloadError: not known, broken off, wrong checksum, corrupt, no room.
    """
    folder = root / name
    if folder.is_dir():
        return folder
    if name not in archives:
        known = ", ".join(sorted(archives))
        raise DownloadError(
            f'"{name}": no checksum known; expected one of {known}, or download it '
            "yourself and leave --download out"
        )
    archive, part = root / f"{name}.zip", root / f".{name}.zip.part"
    url = f"{address.rstrip('/')}/{name}.zip?download=1"
    try:
        root.mkdir(parents=True, exist_ok=True)
        pooch.get_logger().setLevel("WARNING")
        pooch.retrieve(
            url,
            known_hash=f"md5:{archives[name]}",
            fname=archive.name,
            path=root,
            downloader=Resuming(part, advance, pause),
        )
        unpack(archive, folder)
    except ValueError as error:
        part.unlink(missing_ok=True)
        raise DownloadError(
            f"{archive.name}: the checksum is not {archives[name]}, thrown away; run "
            "it again"
        ) from error
    except OSError as error:
        full = error.errno == errno.ENOSPC
        cause = "the disk is full" if full else str(error)
        raise DownloadError(f"{root}: {cause}; run it again, it carries on") from error
    archive.unlink()
    return folder


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks whole or not at all. Raises DownloadError when the archive is corrupt."""
    partly = folder.parent / f".{folder.name}.partly"
    shutil.rmtree(partly, ignore_errors=True)
    try:
        with zipfile.ZipFile(archive) as packed:
            for member in packed.namelist():
                if not member.startswith("__MACOSX"):
                    packed.extract(member, partly)
        inner = partly / folder.name
        (inner if inner.is_dir() else partly).rename(folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        archive.unlink(missing_ok=True)
        raise DownloadError(
            f"{archive.name}: corrupt ({error}), thrown away; run it again"
        ) from error
    finally:  # also after Ctrl-C
        shutil.rmtree(partly, ignore_errors=True)
