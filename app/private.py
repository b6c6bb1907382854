"""Files that only the account running Candor may read: its folder, the database, the index, the logs."""
from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from config.settings import SettingsError

UMASK = 0o077
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OURS = ("index", "logs", "models")  # folders we make in CANDOR_VAR, with all that is below
# Folders of the Filesystem Hierarchy Standard: closing one would lock other accounts out of the machine.
_SYSTEM = frozenset(
    f"/{name}"
    for name in (
        "", "bin", "boot", "dev", "etc", "home", "lib", "lib64", "media", "mnt", "opt", "proc", "root", "run",
        "sbin", "srv", "sys", "tmp", "usr", "usr/local", "var", "var/cache", "var/lib", "var/log", "var/tmp",
    )
)  # fmt: skip
_CODE = Path(__file__).resolve().parents[1]
_FILES = ("candor.*", "beat-schedule*", "*.log", "figures.jsonl")


def keep_private(var: Path, database_url: str) -> list[str]:
    """Let this process make files for its own account alone, and take other accounts' rights away from what
    is there already. Returns a sentence per thing that was open, for people.

    Raises SettingsError when something is open to others and cannot be closed, or when CANDOR_VAR is a folder
    that others use too. Keys are not touched: `load_keys` refuses open ones, since they count as known.
    """
    os.umask(UMASK)
    told: list[str] = []
    if var.is_dir():
        _refuse_shared(var)
        told += _close(var)
        opened = [path for path in _below(var) if _close(path)]
        told += [f"{path} could be read by other accounts: it is closed now" for path in opened[:3]]
        if len(opened) > 3:
            told.append(f"so could {len(opened) - 3} more files and folders in {var}")
    if database_url.startswith("sqlite:///"):
        file = Path(database_url.removeprefix("sqlite:///"))
        told += [line for end in ("", "-wal", "-shm", "-journal") for line in _close(Path(f"{file}{end}"))]
    return told


def _refuse_shared(var: Path) -> None:
    found = var.stat()
    place = var.resolve()
    others = (Path.home().resolve(), Path(sys.prefix).resolve(), _CODE)
    holds = any(other.is_relative_to(place) for other in others)
    if found.st_mode & stat.S_ISVTX or holds or str(place) in _SYSTEM:
        raise SettingsError(f"CANDOR_VAR is {var}, which others use too: give Candor a folder of its own")


def _below(var: Path) -> Iterator[Path]:
    for pattern in _FILES:
        yield from var.glob(pattern)
    for name in _OURS:
        if (var / name).is_symlink():
            continue  # somebody's own arrangement
        for place, folders, files in os.walk(var / name):
            yield Path(place)
            yield from (Path(place, name) for name in (*folders, *files))


def _close(path: Path) -> list[str]:
    """[] when nobody else could read it, or it is not there."""
    try:
        mode = path.lstat().st_mode
        if not mode & _OTHERS or stat.S_ISLNK(mode):
            return []
        path.chmod(stat.S_IMODE(mode) & ~_OTHERS)
    except FileNotFoundError:  # another process has put it away meanwhile
        return []
    except OSError as error:
        raise SettingsError(
            f"{path} can be read by other accounts, and this one may not change that: as its owner, run "
            f"`chmod go= {path}`"
        ) from error
    return [f"{path} could be read by other accounts: it is closed now"]
