"""One log from the web to a desk's call: CANDOR_LOG_LEVEL reaches every kind of process, and no line holds
anybody's words."""
from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import until
from workers.running.broker import end_process, end_with_parent

ROOT = Path(__file__).resolve().parent.parent
CELERY = (sys.executable, "-m", "celery", "-A", "candor:celery_app")
FLASK = (sys.executable, "-m", "flask", "--app", "candor")
# What a process of each kind is started with, and the name it gives itself in its first line.
KINDS = {
    "web": (sys.executable, "-c", "import candor, time; candor.web(); time.sleep(60)"),
    "worker": (
        *CELERY,
        "worker",
        "--pool",
        "prefork",
        "--concurrency",
        "1",
        "--without-gossip",
        "--without-mingle",
    ),
    "beat": (*CELERY, "beat", "--schedule", "{var}/beat"),
    "command": (*FLASK, "policy", "list"),
}
NAMES = {"web": "web", "worker": "celery", "beat": "celery", "command": "command"}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> dict[str, str]:
    """A database that processes may start on."""
    var = tmp_path_factory.mktemp("logs")
    made = {
        **os.environ,
        "CANDOR_VAR": str(var),
        "CANDOR_REDIS_URL": redis_url,
        "CANDOR_LOG_LEVEL": "warning",
    }
    subprocess.run([*FLASK, "db", "upgrade"], cwd=ROOT, env=made, check=True, capture_output=True, timeout=60)
    return made


@pytest.fixture
def said(request: pytest.FixtureRequest, environment: dict[str, str], tmp_path: Path) -> Iterator[Path]:
    """What a process of this kind and level tells, while it runs."""
    kind, level = request.param
    log = tmp_path / f"{kind}.log"
    command = [part.format(var=tmp_path) for part in KINDS[kind]]
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**environment, "CANDOR_LOG_LEVEL": level},
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent(9),
        )
    yield log
    end_process(process, 20)


@pytest.mark.parametrize("said", [(kind, "debug") for kind in KINDS], indirect=True, ids=list(KINDS))
def test_the_level_reaches_each_kind_of_process(said: Path) -> None:
    line = f'level=debug event="log set up" process={NAMES[said.stem]} log_level=debug'
    until(lambda: line in said.read_text(), 60)
    assert not [told for told in said.read_text().splitlines() if told.startswith("[")], (
        "nothing in another format"
    )


def test_a_process_of_a_higher_level_keeps_quiet_about_it(environment: dict[str, str]) -> None:
    script = "import candor, structlog; candor.web(); print('up'); structlog.get_logger().warning('loud')"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "up\n"
    assert "level=warning event=loud" in done.stderr
    assert "log set up" not in done.stderr


LIBRARY = """
import logging
from config.logs import set_up_logs
logging.getLogger("talkative").setLevel(logging.DEBUG)
set_up_logs({level!r}, "test")
for name in ("urllib3.connectionpool", "talkative"):
    told = logging.getLogger(name)
    told.debug("GET /search?query=my+card"); told.info("the body"); told.warning("a warning of %s", name)
try:
    raise ValueError("broken")
except ValueError:
    told.exception("it broke")
"""


@pytest.mark.parametrize(("level", "warnings"), [("debug", 2), ("info", 2), ("warning", 2), ("error", 0)])
def test_libraries_are_heard_from_a_warning_on_and_in_our_format(level: str, warnings: int) -> None:
    script = LIBRARY.format(level=level)
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    ).stderr
    assert "card" not in said and "body" not in said
    told = [line for line in said.splitlines() if "level=warning" in line]
    assert len(told) == warnings
    assert all(line.startswith("timestamp=") for line in said.splitlines())
    if warnings:
        assert (
            'level=warning event="a warning of urllib3.connectionpool" logger=urllib3.connectionpool'
            in told[0]
        )
    assert 'event="it broke"' in said and "error=ValueError" in said and "at=<string>:" in said
    assert "broken" not in said and "Traceback" not in said
