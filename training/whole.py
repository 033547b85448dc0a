"""A file that appears whole or not at all."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def aside(path: Path) -> Iterator[Path]:
    """A place to write to, which takes that of `path` at the end of the block.

    An error or Ctrl-C leaves what was there. A link stays one; what is no file, as a
    pipe, is written to itself.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        yield target
        return
    new = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield new
        new.replace(target)
    finally:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
