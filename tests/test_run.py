"""`make run`, with a small Procfile in the place of ours."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import alive, until

ROOT = Path(__file__).resolve().parent.parent


def started(room: Path, procfile: str, steady: float = 10.0, **variables: str) -> subprocess.Popen[str]:
    (room / "Procfile").write_text(procfile)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CANDOR_")} | {
        "CANDOR_VAR": str(room / "var")
    }
    code = (f"import sys; from pathlib import Path; from scripts import run; run.STEADY_SECONDS = {steady}; "
            f"sys.exit(run.main(Path({str(room)!r})))")
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(process: subprocess.Popen[str], word: str) -> str:
    seen = ""
    for line in process.stdout:
        seen += line
        if word in line:
            return seen
    raise AssertionError(f"it ended without saying {word!r}:\n{seen}")


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_migrates_first_gives_all_one_redis_and_ends_them_all_when_asked(tmp_path, asked):
    procfile = (
        "release: echo migrated > released\nweb: cat released; echo web $CANDOR_REDIS_URL; exec "
        "sleep 60\nworker: exec sleep 60\n"
    )
    with started(tmp_path, procfile) as process:
        said = read_until(process, "web redis+socket://")
        process.send_signal(asked)
        rest = process.communicate(timeout=20)[0]
    assert "migrated" in said
    assert process.returncode == 0, rest
    socket_path = Path(said.split("web redis+socket://")[1].split()[0])
    assert not socket_path.exists()


def test_a_killed_supervisor_leaves_nothing_running(tmp_path):
    with started(
        tmp_path, "release: true\nweb: echo web $$; exec sleep 60\n", CANDOR_REDIS_URL="redis://127.0.0.1:1/0"
    ) as process:
        pid = int(read_until(process, "web | web ").split()[-1])
        process.kill()
    until(lambda: not alive(pid))


def test_work_under_way_may_finish_before_the_end(tmp_path):
    procfile = (
        "release: true\nworker: trap 'sleep 0.5; echo finished > done; exit 0' TERM; echo ready; "
        "while :; do sleep 0.1; done\n"
    )
    with started(tmp_path, procfile) as process:
        read_until(process, "ready")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert (tmp_path / "done").read_text() == "finished\n"


def test_when_one_process_ends_the_others_do_too_and_its_code_is_told(tmp_path):
    procfile = "release: true\nweb: exec sleep 60\nworker: exit 3\n"
    with started(tmp_path, procfile, CANDOR_REDIS_URL="redis://127.0.0.1:1/0") as process:
        said = process.communicate(timeout=20)[0]
    assert process.returncode == 3, said
    assert "of our own" not in said


def test_a_process_that_ends_after_it_has_run_for_a_while_is_started_again(tmp_path):
    procfile = "release: true\nweb: exec sleep 60\nworker: echo began $$; sleep 0.4; exit 1\n"
    with started(tmp_path, procfile, steady=0.2, CANDOR_REDIS_URL="redis://127.0.0.1:1/0") as process:
        first = read_until(process, "is started again")
        assert "worker ended with 1" in first
        again = read_until(process, "began")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 0
    assert again.split()[-1] not in first, "another process"


def test_nothing_starts_when_the_database_cannot_be_brought_up_to_date(tmp_path):
    with started(tmp_path, "release: exit 4\nweb: echo started\n") as process:
        said = process.communicate(timeout=20)[0]
    assert process.returncode == 4
    assert "nothing was started" in said


def test_a_wrong_setting_is_told_without_a_traceback(tmp_path):
    (tmp_path / ".env").write_text("CANDOR_PORT='eighty'\n")
    with started(tmp_path, "release: true\nweb: true\n") as process:
        said = process.communicate(timeout=20)[0]
    assert process.returncode == 1
    assert said.startswith("Candor does not start: CANDOR_PORT must be a number")
    assert "Traceback" not in said
