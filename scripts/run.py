"""`make run`: migrate, then web, worker and beat by the Procfile; with a Redis of our own when none is
configured. Ctrl-C ends all."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Thread

from honcho.environ import parse, parse_procfile

from app.private import keep_private
from config.settings import Settings, SettingsError, load_settings
from workers.running.broker import BrokerError, EmbeddedRedis, end_with_parent

ROOT = Path(__file__).resolve().parent.parent
STEADY_SECONDS = 10  # one that ends sooner after its start would end again: a wrong setting must not circle
STOP_SECONDS = 30  # longer than the worker's soft shutdown (20 s)


def main(root: Path = ROOT) -> int:
    """Run what the Procfile in `root` names until it ends. Variables of the environment win over those of
    `root/.env`."""
    env_file = root / ".env"
    environment = {**(parse(env_file.read_text(encoding="utf-8")) if env_file.exists() else {}), **os.environ}
    environment["PATH"] = os.pathsep.join(
        [str(Path(sys.executable).parent), environment.get("PATH", os.defpath)]
    )
    processes = parse_procfile((root / "Procfile").read_text(encoding="utf-8")).processes
    try:
        settings = load_settings(environment)
        settings.var.mkdir(parents=True, exist_ok=True, mode=0o700)
        for line in keep_private(settings.var, settings.database_url):
            print(line, flush=True)
        return _with_redis(settings, processes, environment, root)
    except (SettingsError, BrokerError) as error:
        print(f"Candor does not start: {error}", file=sys.stderr)
        return 1


def _with_redis(
    settings: Settings, processes: Mapping[str, str], environment: Mapping[str, str], root: Path
) -> int:
    if settings.redis_url is not None:
        return _run(processes, environment, root)
    with EmbeddedRedis() as server:
        print(
            f"Redis {server.program.version} of our own at {server.socket_path} (CANDOR_REDIS_URL is not "
            f"set).",
            flush=True,
        )
        return _run(processes, {**environment, "CANDOR_REDIS_URL": server.url}, root)


def _run(processes: Mapping[str, str], environment: Mapping[str, str], root: Path) -> int:
    released = subprocess.run(processes["release"], shell=True, cwd=root, env=environment, check=False)  # noqa: S602 - our own Procfile
    if released.returncode:
        print("The database could not be brought up to date; nothing was started.", file=sys.stderr)
        return released.returncode
    return _supervise(
        {name: command for name, command in processes.items() if name != "release"}, environment, root
    )


def _supervise(commands: Mapping[str, str], environment: Mapping[str, str], root: Path) -> int:
    """Until a signal asks us to end, or a process ends right after its start; then all end, and only after
    them Redis.

    One that ends later is started again: a worker that has stopped consuming ends itself for that.

    Not honcho's own manager (2.0.0): a Ctrl-C in its first moments, or while it prints, leaves its processes
    running.
    """
    asked: list[int] = []
    # SIGHUP: a closed terminal is a wish to stop too
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Only noted: whatever else a handler did, it might do in the middle of the same thing.
        signal.signal(number, lambda number, frame: asked.append(number))
    children = {name: _start(command, environment, root) for name, command in commands.items()}
    since = dict.fromkeys(children, time.monotonic())
    width = max(map(len, children))
    readers = {name: _reader(name.ljust(width), child) for name, child in children.items()}
    code = 0
    while not asked and not code:
        time.sleep(0.1)
        for name, child in children.items():
            if child.poll() is None:
                continue
            if time.monotonic() - since[name] < STEADY_SECONDS:
                # one that ends by itself is a fault, even when it calls that success
                code = child.returncode or 1
                break
            print(f"{name} ended with {child.returncode} and is started again.", flush=True)
            _signal(child, signal.SIGKILL)  # what it left behind in its group
            children[name], since[name] = _start(commands[name], environment, root), time.monotonic()
            readers[name] = _reader(name.ljust(width), children[name])
    _end(children, asked)
    for reader in readers.values():
        reader.join(timeout=2.0)  # the last lines; a process that left its group may hold the pipe open
    return 0 if asked else code


def _reader(name: str, child: subprocess.Popen[bytes]) -> Thread:
    reader = Thread(target=_relay, args=(name, child), daemon=True)
    reader.start()
    return reader


def _start(command: str, environment: Mapping[str, str], root: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S602 - our own Procfile
        command,
        shell=True,
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C is for us, we pass it on in order
        preexec_fn=end_with_parent(signal.SIGTERM),
    )


def _relay(name: str, child: subprocess.Popen[bytes]) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        print(f"{name} | {line.decode(errors='replace').rstrip()}", flush=True)


def _end(children: Mapping[str, subprocess.Popen[bytes]], asked: list[int]) -> None:
    """SIGTERM to every process and its own children, STOP_SECONDS for all together (none when asked a third
    time), then SIGKILL."""
    print(f"Stopping {', '.join(children)}: up to {STOP_SECONDS} s when work is under way.", flush=True)
    for child in children.values():
        _signal(child, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while (
        any(child.poll() is None for child in children.values())
        and time.monotonic() < deadline
        and len(asked) < 3
    ):
        time.sleep(0.05)
    for child in children.values():
        _signal(child, signal.SIGKILL)  # also what a process left behind in its group
        child.wait()


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        pass  # the whole group has gone


if __name__ == "__main__":
    sys.exit(main())
