"""`make demo`: start everything, play tickets, show what happened, stay up until Ctrl-C."""
from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from app.private import UMASK
from candor import make_work
from config.logs import set_up_logs
from config.policy_text import PolicyError
from config.settings import load_settings
from connectors.contract import Step as InstallStep
from connectors.freshdesk.sandbox.control import RemoteSandbox as FreshdeskRemote
from connectors.zendesk.sandbox.control import RemoteSandbox as ZendeskRemote
from demo import show
from demo.player import Player
from demo.processes import ROOT, START_SECONDS, DemoError, Processes, demo_environment, free_port
from demo.scenes import HELP_CENTRE, Scene, SceneError, articles_file, scenes_from, shop_scenes
from demo.setting import connect_sandbox, set_up, sync_now
from workers.knowledge.models import ModelError
from workers.running.broker import BrokerError, EmbeddedRedis
from workers.running.warm import is_warm
from workers.work import Work

DEFAULT_MOST = 20
REMOTES = {"zendesk": ZendeskRemote, "freshdesk": FreshdeskRemote}


def main() -> int:
    options = _options()
    signal.signal(signal.SIGINT, _stop)  # a shell that starts us in the background would have it ignored
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGHUP, _stop)
    try:
        scenes = (
            scenes_from(options.tickets, options.n or DEFAULT_MOST)
            if options.tickets
            else shop_scenes()[: options.n]
        )
        articles = articles_file(options.articles) if options.articles else None
        with EmbeddedRedis() as redis:
            return _run(options, scenes, articles, redis.url)
    except (SceneError, DemoError, BrokerError, PolicyError, ModelError) as error:
        print(f"The demo cannot go on: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nEnded; all its processes are gone.")
        return 0


def _run(options: argparse.Namespace, scenes: list[Scene], articles: Path | None, redis_url: str) -> int:
    began = time.monotonic()
    port = options.port or free_port()
    var = (
        ROOT
        / "var"
        / (f"demo-{hashlib.sha256(str(articles).encode()).hexdigest()[:8]}" if articles else "demo")
    )
    environment = demo_environment(var, port, redis_url)
    os.umask(UMASK)
    # The model is converted once for all; a second help centre must not pay for it again.
    (var.parent / "models").mkdir(parents=True, exist_ok=True)
    var.mkdir(parents=True, exist_ok=True)
    _share(var / "models", var.parent / "models")
    alone = (var / "lock").open("w")
    try:
        fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DemoError(
            f"another demo plays in {var}: end it first (Ctrl-C there), or its workers would answer these "
            f"tickets"
        ) from None
    settings = load_settings(environment)
    set_up_logs(settings.log_level, "demo")
    work = make_work(settings)
    with Processes(var / "logs", environment) as processes:
        # One help centre for both desks, at the first: the same pages twice would only compete with each
        # other.
        pages = () if articles else ("--articles", str(HELP_CENTRE))
        sandboxes = {
            "zendesk": processes.sandbox("zendesk", "connectors.zendesk.sandbox", *pages),
            "freshdesk": processes.sandbox(
                "freshdesk", "connectors.freshdesk.sandbox", "--account", "larkfield-accounts"
            ),
        }
        token = set_up(work, articles)
        processes.start("web", *_gunicorn(port))
        processes.start("worker", *_celery())  # loads its model while the desk is connected
        processes.wait_for("web", f"http://127.0.0.1:{port}/readyz")
        for kind, sandbox in sandboxes.items():
            show.heading(f"Connecting the sandbox desk that behaves as {work.connector(kind).title}")
            connect_sandbox(work, kind, sandbox, f"http://127.0.0.1:{port}", _say_step)
        show.knowledge(work, _sync(work))
        _wait_until_warm(work, processes)
        show.curtain(len(scenes), time.monotonic() - began)
        remotes = {kind: REMOTES[kind](about["control_url"]) for kind, about in sandboxes.items()}
        player = Player(work, remotes, show.Teller(began))
        played = player.play(scenes, lambda: _check(processes))
        show.summary(played)
        show.mails({kind: remote.mails_per_customer_message() for kind, remote in remotes.items()})
        show.texts(work, played)
        show.addresses(port, token, {kind: s["page_url"] for kind, s in sandboxes.items()}, work, played)
        if options.once:
            return 0 if show.as_scripted(played) else 1
        while True:
            _check(processes)
            time.sleep(1)


def _share(link: Path, target: Path) -> None:
    if link.is_symlink() or link.is_dir():
        return
    link.symlink_to(target)


def _gunicorn(port: int) -> tuple[str, ...]:
    return (
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        f"127.0.0.1:{port}",
        "--worker-class",
        "app.web.buffered_worker.BufferedWorker",
        "--no-control-socket",
        "--workers",
        "2",
        "--threads",
        "4",
        "--log-level",
        "warning",
        "candor:web()",
    )


def _celery() -> tuple[str, ...]:
    return (
        sys.executable,
        "-m",
        "celery",
        "-A",
        "candor:celery_app",
        "worker",
        "--pool",
        "prefork",
        "--concurrency",
        "2",
        "--without-gossip",
        "--without-mingle",
    )


def _sync(work: Work) -> Mapping[str, object]:
    show.heading("Reading the help centre")
    return sync_now(work, show.progress)


def _wait_until_warm(work: Work, processes: Processes) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_warm(work):
        _check(processes)
        if time.monotonic() > deadline:
            raise DemoError("the worker did not load its model; see worker.log in var/demo*/logs")
        time.sleep(0.05)


def _say_step(step: InstallStep) -> None:
    show.step(step.state, step.name, step.detail)


def _check(processes: Processes) -> None:
    ended = processes.ended()
    if ended:
        raise DemoError(f"{ended} ended by itself; its log is in var/demo*/logs/{ended}.log")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument(
        "--articles",
        type=Path,
        help="a folder of Markdown or HTML, or a JSONL file, instead of the shop's help centre",
    )
    parser.add_argument("--tickets", type=Path, help="a JSONL file of tickets instead of the demo shop's")
    parser.add_argument("--n", type=int, help=f"play at most this many tickets (of a file: {DEFAULT_MOST})")
    parser.add_argument("--port", type=int, default=0, help="of the console (0: any free one)")
    parser.add_argument(
        "--once", action="store_true", help="end after the last ticket; 1 when one did not end as scripted"
    )
    return parser.parse_args()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
