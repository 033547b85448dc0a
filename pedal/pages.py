"""The files of gui/ and the bank's manifest as HTTP answers.

Only names found in the folder are served, so no path can leave it. Nothing is stored by
the browser without asking again (ETag); the service worker keeps the offline copy.
"""

import hashlib
import ipaddress
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
PRIVATE = {"package.json"}
MOST_BYTES = 1_000_000
MANIFEST = re.compile(r"/banks/([a-z0-9-]{1,31})/bank\.json")


@dataclass(frozen=True)
class Answer:
    """Status, headers without Content-Length, body."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


class Pages:
    """What may be fetched: the GUI's files, and bank.json where there is a bank.

    bank: the one to start with. find: the folder of any other, by its name.
    """

    def __init__(
        self,
        folder: Path,
        bank: Path | None = None,
        find: Callable[[str], Path | None] = lambda _: None,
    ) -> None:
        self._folder, self._bank, self._find_bank = folder, bank, find

    def get(self, path: str, host: str, known: str = "") -> Answer:
        """path: of the URL, without query. host: the Host header. known: an ETag."""
        file = self._find(path)
        try:
            body = file.read_bytes() if file else b""
        except OSError:
            file = None
        if file is None or len(body) > MOST_BYTES:
            return Answer(404, {"Content-Type": "text/plain"}, b"not found\n")
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {"Content-Type": TYPES[file.suffix], "ETag": tag} | _guards(host)
        return Answer(304, headers) if known == tag else Answer(200, headers, body)

    def _find(self, path: str) -> Path | None:
        """The file of a path, by looking it up among the names that there are."""
        if path == "/bank.json":
            return _manifest(self._bank)
        if named := MANIFEST.fullmatch(path):
            own = self._bank is not None and self._bank.name == named[1]
            return _manifest(self._bank if own else self._find_bank(named[1]))
        names = {
            "/" + file.relative_to(self._folder).as_posix(): file
            for file in self._folder.rglob("*")
            if file.suffix in TYPES
            and file.name not in PRIVATE
            and file.is_file()
            and not file.is_symlink()
        }
        return names.get("/index.html" if path == "/" else path)


def _manifest(bank: Path | None) -> Path | None:
    file = bank / "bank.json" if bank else None
    return None if file is None or file.is_symlink() else file


def _guards(host: str) -> dict[str, str]:
    """Headers that keep the page to its own files and its own socket."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"img-src 'self' data:; connect-src 'self' ws://{host}; "
        "manifest-src 'self'; worker-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def is_own_host(host: str) -> bool:
    """True for an address, localhost or this machine's name.

    Another name that leads here is a rebound one: a foreign page in disguise, also
    under .local, where anybody on the same network may answer. So is bela.local: a
    board that has this name serves its page itself.
    """
    try:
        parts = urlsplit(f"//{host}")
        name, _ = parts.hostname or "", parts.port  # the port is checked by asking
    except ValueError:
        return False
    if host != parts.netloc or parts.username is not None:
        return False
    own = socket.gethostname().lower()
    if name in ("localhost", own, f"{own}.local"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_own_origin(origin: str | None, host: str) -> bool:
    """True for a page that came from here; programs other than browsers send none."""
    return origin is None or origin == f"http://{host}"
