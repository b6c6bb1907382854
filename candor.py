"""The only place that builds things: reads Settings, makes store, clock, keys and ring, and registers each
room's commands.

    gunicorn "candor:web()"      celery -A candor:celery_app worker      flask --app candor …
"""
from __future__ import annotations

import os
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.keys import Keys, load_keys
from app.private import keep_private
from app.store import presence, schema, standing
from app.store.database import WEB_BUSY_SECONDS, WORKER_BUSY_SECONDS, Database
from app.store.ids import new_id
from config.logs import set_up_logs
from config.settings import Settings, SettingsError, load_settings
from config.wording import LANGUAGES, load_words
from connectors.clock import Clock, FileClock, SystemClock

if TYPE_CHECKING:
    from celery import Celery
    from flask import Flask

    from workers.work import Search, Work

_presence: list[object] = []  # kept for as long as the process lives: what holds a database against a move


def read_settings() -> Settings:
    """The settings of this process. Ends it with one clear sentence when they cannot be used."""
    try:
        return load_settings(os.environ)
    except SettingsError as error:
        sys.exit(f"Candor does not start: {error}")


def _started() -> Settings:
    """The settings of a process that starts, after its files are closed to other accounts."""
    settings = read_settings()
    try:
        told = keep_private(settings.var, settings.database_url)
    except SettingsError as error:
        sys.exit(f"Candor does not start: {error}")
    for line in told:
        print(line, file=sys.stderr)
    return settings


def make_clock(settings: Settings) -> Clock:
    """The one clock. A shifted one is for sandbox desks only: a real desk's customers live in real time."""
    if settings.clock_file is None:
        return SystemClock()
    if not settings.sandbox_desks:
        sys.exit(
            "Candor does not start: CANDOR_CLOCK_FILE is for sandbox desks only; unset it, or set "
            "CANDOR_SANDBOX_DESKS=yes"
        )
    return FileClock(settings.clock_file)


def _opened(settings: Settings, busy_seconds: float) -> Database:
    try:
        return Database(settings.database_url, busy_seconds)
    except SettingsError as error:
        sys.exit(f"Candor does not start: {error}")


def make_keys(settings: Settings) -> Keys:
    try:
        keys, made = load_keys(settings)
    except SettingsError as error:
        sys.exit(f"Candor does not start: {error}")
    if made:
        print(
            f"Made new keys in {settings.var / 'keys'}: keep a copy, without them nothing stored can be "
            f"read.",
            file=sys.stderr,
        )
    return keys


def web() -> Flask:
    """The web application. It never loads a model or a desk's client library."""
    from app.factory import create_app
    from workers.running.bell import Bell
    from workers.running.celery_app import make_celery

    settings = _started()
    set_up_logs(settings.log_level, "web")
    db, keys = _opened(settings, WEB_BUSY_SECONDS), make_keys(settings)
    _check_start(db, keys)
    # Without a broker nobody is rung; the workers' sweep finds the rows by itself.
    ring = Bell(make_celery(settings.redis_url, publisher=True)) if settings.redis_url else _no_bell
    return create_app(settings, db, keys, make_clock(settings), ring)


def make_work(settings: Settings, ring: Any = None) -> Work:
    """What a worker, or a command that does a worker's job, works with."""
    from app.store.paces import DatabasePaceStore
    from app.store.tokens import DatabaseTokenStore
    from connectors.registry import connector
    from workers.knowledge.embed import LazyEmbedder
    from workers.knowledge.likeness import Likeness
    from workers.knowledge.run import Finder
    from workers.running.shared_pace import RedisPaceStore, SharedPaceStore
    from workers.work import Work

    db = _opened(settings, WORKER_BUSY_SECONDS)
    redis = RedisPaceStore(settings.redis_url) if settings.redis_url else None
    paces = SharedPaceStore(redis, DatabasePaceStore(db))
    keys = make_keys(settings)
    # Tokens open the desk: sealed in the database, and never in Redis, where they would lie open.
    tokens = DatabaseTokenStore(db, keys)
    connectors = lru_cache(maxsize=None)(
        lambda kind: connector(
            kind,
            sandbox_desks=settings.sandbox_desks,
            store=paces,
            reserve=settings.desk_reserve,
            tokens=tokens,
        )
    )
    embedder = lru_cache(maxsize=1)(lambda: LazyEmbedder(settings.model, settings.var / "models"))
    likeness = lru_cache(maxsize=1)(lambda: Likeness(embedder()))

    @lru_cache(maxsize=64)
    def search(tenant: str) -> Search:
        return Finder(db, tenant, settings.var, embedder(), settings.model)

    return Work(
        settings=settings,
        db=db,
        keys=keys,
        clock=make_clock(settings),
        new_id=new_id,
        words={language: load_words(language) for language in LANGUAGES},
        search=search,
        embedder=embedder,
        likeness=likeness,
        ring=ring or _no_bell,
        connector=connectors,
    )


@lru_cache(maxsize=1)
def _celery() -> Celery:
    from workers.running.worker_process import Making, worker_app

    settings = _started()
    if settings.redis_url is None:
        sys.exit(
            "Candor's worker does not start: CANDOR_REDIS_URL is not set; `make run` starts a Redis of its "
            "own and sets it"
        )
    set_up_logs(settings.log_level, "celery")
    making = Making(make_work, make_clock, lambda db: _check_start(db, make_keys(settings)))
    return worker_app(settings, settings.redis_url, making)


def _check_start(db: Database, keys: Keys) -> None:
    try:
        standing.check_start(db, keys)
        _presence.append(presence.stay(db))
    except (schema.SchemaError, standing.Unfit, presence.Occupied) as error:
        sys.exit(f"Candor does not start: {error}")


def _no_bell(*_names: str) -> None:
    """Nobody to ring: the sweep finds the rows."""


def create_app() -> Flask:
    """For `flask --app candor`: the web application with every room's commands."""
    from workers.commands import register_commands

    app = web_for_commands()
    register_commands(app, read_settings, make_work, make_clock)
    return app


def web_for_commands() -> Flask:
    """A bare application for commands: it must work before the database exists."""
    from flask import Flask

    set_up_logs(_started().log_level, "command")
    return Flask("candor")


def __getattr__(name: str) -> Any:
    # Built when Celery asks for it, not when this module is imported.
    if name == "celery_app":
        return _celery()
    raise AttributeError(name)
