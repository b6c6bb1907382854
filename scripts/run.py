"""`make run`: migrate, then web, worker and beat by the Procfile; with a Redis of our own when none is configured. Ctrl-C ends all."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import honcho.manager
from honcho.environ import parse, parse_procfile

from config.settings import Settings, SettingsError, load_settings
from workers.broker import BrokerError, EmbeddedRedis

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 30  # honcho's own 5 s would cut the worker's soft shutdown (20 s) short


def main(root: Path = ROOT) -> int:
    """Run what the Procfile in `root` names until it ends. Variables of the environment win over those of `root/.env`."""
    env_file = root / ".env"
    environment = {**(parse(env_file.read_text(encoding="utf-8")) if env_file.exists() else {}), **os.environ}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", os.defpath)])
    processes = parse_procfile((root / "Procfile").read_text(encoding="utf-8")).processes
    try:
        settings = load_settings(environment)
        settings.var.mkdir(parents=True, exist_ok=True)
        return _with_redis(settings, processes, environment, root)
    except (SettingsError, BrokerError) as error:
        print(f"Candor does not start: {error}", file=sys.stderr)
        return 1


def _with_redis(settings: Settings, processes: Mapping[str, str], environment: Mapping[str, str], root: Path) -> int:
    if settings.redis_url is not None:
        return _run(processes, environment, root)
    with EmbeddedRedis() as server:
        print(f"Redis {server.program.version} of our own at {server.socket_path} (CANDOR_REDIS_URL is not set).", flush=True)
        return _run(processes, {**environment, "CANDOR_REDIS_URL": server.url}, root)


def _run(processes: Mapping[str, str], environment: Mapping[str, str], root: Path) -> int:
    # honcho would start `release` beside the others and end them all when it is done.
    released = subprocess.run(processes["release"], shell=True, cwd=root, env=environment, check=False)  # noqa: S602 - our own Procfile
    if released.returncode:
        print("The database could not be brought up to date; nothing was started.", file=sys.stderr)
        return released.returncode
    return _supervise({name: command for name, command in processes.items() if name != "release"}, environment, root)


def _supervise(processes: Mapping[str, str], environment: Mapping[str, str], root: Path) -> int:
    """Until one process ends or a signal asks us to; then all end, and only after them Redis."""
    honcho.manager.KILL_WAIT = STOP_SECONDS
    manager = Supervisor()
    for name, command in processes.items():
        manager.add_process(name, command, env=dict(environment), cwd=str(root))
    signal.signal(signal.SIGALRM, lambda number, frame: manager.terminate())
    # A closed terminal is a wish to stop, like Ctrl-C; honcho knows only the other two signals.
    signal.signal(signal.SIGHUP, lambda number, frame: os.kill(os.getpid(), signal.SIGTERM))
    manager.loop()
    asked_to = (128 + signal.SIGINT, 128 + signal.SIGTERM)
    return 0 if manager.returncode in asked_to else manager.returncode or 1


class Supervisor(honcho.manager.Manager):
    """honcho's, for a Ctrl-C in its first moments too."""

    def terminate(self) -> None:
        if self._all_started():
            super().terminate()
        else:
            # honcho 2.0.0 fails on a process that has not told its id yet, and leaves it running: ask again in a moment.
            signal.setitimer(signal.ITIMER_REAL, 0.05)


if __name__ == "__main__":
    sys.exit(main())
