"""Files of a source, opened so that nothing but a file of a bounded size is ever read."""
from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from connectors.badrows import RowError
from connectors.bounds import EARLIEST, LATEST, MAX_BYTES


def open_regular(path: Path) -> IO[bytes]:
    """The regular file, opened. Never waits, as opening a pipe with nobody at its other end would."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise RowError("is not a file: only files are read, no folders, pipes or devices by that name")
    return os.fdopen(handle, "rb")


def written_at(file: IO[bytes]) -> int:
    """When the file was written, in microseconds; a time nobody could show counts as the earliest."""
    at = int(os.fstat(file.fileno()).st_mtime) * 1_000_000
    return at if EARLIEST <= at < LATEST else EARLIEST


def short_lines(file: IO[bytes]) -> Iterator[bytes]:
    """Its lines; of one that is too long, as much as shows that it is."""
    while line := file.readline(MAX_BYTES + 1):
        rest = line
        while len(rest) > MAX_BYTES and not rest.endswith(b"\n"):
            rest = file.readline(MAX_BYTES + 1)
        yield line
