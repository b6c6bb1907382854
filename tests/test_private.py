"""What a process of Candor leaves on the disk can be read by its own account alone."""
from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from app import private
from app.private import keep_private
from config.settings import SettingsError

ROOT = Path(__file__).resolve().parent.parent
FLASK = (sys.executable, "-m", "flask", "--app", "candor")


def run(var: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CANDOR_VAR": str(var)}
    loose = 0o022  # as a login shell has it
    return subprocess.run(
        [*FLASK, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, umask=loose,
        check=False,
    )  # fmt: skip


def modes(folder: Path) -> Mapping[str, int]:
    return {
        str(path.relative_to(folder.parent)): stat.S_IMODE(path.stat().st_mode)
        for path in (folder, *folder.rglob("*"))
    }


def test_a_fresh_start_leaves_nothing_open(tmp_path: Path) -> None:
    var = tmp_path / "var"
    assert run(var, "db", "upgrade").returncode == 0
    assert run(var, "users", "add", "ana@larkfield.test", "--role", "owner").returncode == 0
    found = modes(var)
    assert found["var"] == 0o700 and found["var/candor.db"] == 0o600 and found["var/keys"] == 0o600
    assert all(not mode & 0o077 for mode in found.values()), found


def test_what_an_older_release_left_open_is_closed_and_said(tmp_path: Path) -> None:
    var = tmp_path / "var"
    assert run(var, "db", "upgrade").returncode == 0
    for name in ("index/default/public/1/articles.json", "logs/web.log", "candor.db-wal"):
        (var / name).parent.mkdir(parents=True, exist_ok=True)
        (var / name).touch()
    for path in (var, *var.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    done = run(var, "db", "check")
    assert done.returncode == 0, done.stderr
    assert f"{var} could be read by other accounts: it is closed now" in done.stderr
    assert all(not mode & 0o077 for mode in modes(var).values()), modes(var)
    assert "could be read" not in run(var, "db", "check").stderr


def test_open_keys_still_refuse_to_start(tmp_path: Path) -> None:
    var = tmp_path / "var"
    assert run(var, "users", "list").returncode != 0, "no schema yet"
    assert run(var, "db", "upgrade").returncode == 0
    assert run(var, "users", "add", "ana@larkfield.test").returncode == 0
    (var / "keys").chmod(0o644)
    refused = run(var, "users", "add", "ben@larkfield.test")
    assert refused.returncode != 0 and "chmod 600" in refused.stderr and "Traceback" not in refused.stderr


@pytest.fixture
def umask() -> object:
    before = os.umask(0o022)
    os.umask(before)
    yield before
    os.umask(before)


SYSTEM = ("/", "/etc", "/usr", "/home", "/var", str(ROOT), str(Path.home()), sys.prefix)


@pytest.mark.parametrize("place", SYSTEM)
def test_a_folder_of_the_system_is_refused(place: str) -> None:
    """Asked of the rule alone: closing one of these would lock everybody else out of the machine."""
    with pytest.raises(SettingsError, match="a folder of its own"):
        private._refuse_shared(Path(place))


def test_a_folder_that_others_use_too_is_refused_and_left_alone(tmp_path: Path, umask: object) -> None:
    tmp_path.chmod(0o1777)
    with pytest.raises(SettingsError, match="folder of its own"):
        keep_private(tmp_path, "sqlite:///nowhere.db")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777


def test_what_cannot_be_closed_is_named(
    tmp_path: Path, umask: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "candor.db").touch(0o644)

    def refused(path: Path, mode: int) -> None:
        raise PermissionError(f"{path} {mode}")

    monkeypatch.setattr(private.Path, "chmod", refused)
    with pytest.raises(SettingsError, match=r"chmod go= .*candor\.db"):
        keep_private(tmp_path, f"sqlite:///{tmp_path}/candor.db")


def test_files_of_others_in_the_folder_and_behind_links_are_left_alone(tmp_path: Path, umask: object) -> None:
    elsewhere, own = tmp_path / "elsewhere", tmp_path / "var"
    for folder in (elsewhere, own):
        folder.mkdir()
    (elsewhere / "page").touch()
    (elsewhere / "page").chmod(0o644)
    (own / "index").symlink_to(elsewhere)
    (own / "notes.txt").touch()
    (own / "notes.txt").chmod(0o644)
    keep_private(own, "postgresql+psycopg://x")
    assert stat.S_IMODE((elsewhere / "page").stat().st_mode) == 0o644
    assert stat.S_IMODE((own / "notes.txt").stat().st_mode) == 0o644
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
