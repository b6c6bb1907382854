"""Whatever stands in whichever variable of the environment: it is refused in one sentence that names the
variable, or the process can be built with it."""
from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.keys import load_keys
from app.private import keep_private
from app.store.database import Database
from config.settings import Settings, SettingsError, load_settings
from tests.figures import Figures
from tests.hostile import TEXTS
from workers.running.bell import Bell
from workers.running.celery_app import make_celery
from workers.running.shared_pace import RedisPaceStore

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = sorted(
    line.lstrip("#").split("=")[0]
    for line in (ROOT / ".env.example").read_text("utf-8").splitlines()
    if line.lstrip("#").startswith("CANDOR_")
)
MORE = (
    "sqlite://", "sqlite:///", "sqlite:////", "sqlite:////proc/nowhere/x.db", "sqlite:///:memory:",
    "postgresql://", "postgresql://[::1", "postgresql://u:p@h:port/x", "postgresql://h:99999/x", "postgres://%zz",
    "postgresql://h/x?options=%00", "redis://", "redis://:p@h:port/0", "redis://h:99999/0", "redis://h/nine",
    "redis://[::1", "amqp://h", "redis+socket://", "rediss://h?ssl_cert_reqs=never", "https://", "https://x:0",
    "https://x/\n", "http://127.0.0.1:port", "https://user:pass@x", "https://x?y#z", "https://x y",
    "{}", "null", "[]", '{"fernet": 1}', '{"fernet": [1], "ledger": "zz", "links": "", "sessions": ""}',
    '{"fernet": ["x"], "ledger": [], "links": {}, "sessions": null}', "[" * 50_000,
)  # fmt: skip


def refusal(environ: dict[str, str]) -> str | None:
    """What is said of the environment; None when each part of a process could be built with it."""
    try:
        given = load_settings(environ)
        build(given)
    except SettingsError as error:
        return str(error)
    return None


def build(given: Settings) -> None:
    """What a process makes of its settings before it reaches for anything outside."""
    keep_private(given.var, given.database_url)
    if given.secret_keys:
        load_keys(given)
    Database(given.database_url).close()
    if given.redis_url:
        Bell(make_celery(given.redis_url, publisher=True))
        RedisPaceStore(given.redis_url)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_every_variable_takes_every_hostile_value_or_refuses_it_by_name(figures: Figures) -> None:
    tried, broke = 0, []
    assert len(VARIABLES) >= 15
    for name, value in product(VARIABLES, (*TEXTS, *MORE)):
        tried += 1
        try:
            said = refusal({name: value})
        except Exception as error:
            broke.append(f"{name}={value[:40]!r}: {type(error).__name__}: {str(error)[:80]}")
            continue
        if said is not None and (name not in said or len(said) > 1000):
            broke.append(f"{name}={value[:40]!r}: {said[:200]}")
    figures("door", "settings x hostile values tried / tracebacks", len(broke), tried)
    assert not broke, "\n".join(broke)


@settings(max_examples=300, deadline=None)
@given(environ=st.dictionaries(st.sampled_from(VARIABLES), st.text(max_size=40), max_size=4))
def test_any_environment_is_read_or_refused(environ: dict[str, str]) -> None:
    try:
        load_settings(environ)
    except SettingsError as error:
        assert any(name in str(error) for name in environ)
