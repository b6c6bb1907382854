"""Environment -> Settings. Every error names the variable and says what to do."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from config.policy_text import shown

_N = TypeVar("_N", int, float)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SettingsError(ValueError):
    """A variable of the environment cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this process runs. Desks, policy and words are not here: they live in the database."""

    var: Path  # where the database, keys, indexes and logs of one machine live
    database_url: str = field(repr=False)  # holds a password
    database_given: bool  # many machines: nothing is made up on first start
    redis_url: str | None = field(repr=False)  # None: we start our own; holds a password too
    public_url: str | None  # https address customers and desks reach us at
    clock_file: Path | None
    sandbox_desks: bool  # loopback desks are allowed
    model: str  # name or directory of the sentence-transformers model; "bundled" is the packaged one
    host: str
    port: int
    debounce_seconds: float
    debounce_cap_seconds: float
    desk_reserve: float  # share of a desk's rate limit that is left to the company's own tools
    first_contacts_per_hour: int  # people a desk never heard of before who are written to within an hour
    log_level: str
    proxy_hops: int
    secret_keys: str | None = field(repr=False)  # JSON of keys for many machines; None: var/keys


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from the environment. Raises SettingsError naming the first variable that cannot be used."""
    read = _Reader(environ)
    var = _folder(read.text("CANDOR_VAR", "var"))
    url = environ.get("CANDOR_DATABASE_URL", "").strip()
    return Settings(
        var=var,
        database_url=_database_url(url, var),
        database_given=bool(url),
        redis_url=_redis_url(read.optional("CANDOR_REDIS_URL")),
        public_url=_public_url(read.optional("CANDOR_PUBLIC_URL")),
        clock_file=Path(p) if (p := read.optional("CANDOR_CLOCK_FILE")) else None,
        sandbox_desks=read.flag("CANDOR_SANDBOX_DESKS", False),
        model=read.text("CANDOR_MODEL", "bundled"),
        host=read.text("CANDOR_HOST", "127.0.0.1"),
        port=read.number("CANDOR_PORT", 8642, int, 0, 65535),
        debounce_seconds=read.number("CANDOR_DEBOUNCE_SECONDS", 8.0, float, 0, 300),
        debounce_cap_seconds=read.number("CANDOR_DEBOUNCE_CAP_SECONDS", 30.0, float, 0, 600),
        desk_reserve=read.number("CANDOR_DESK_RESERVE", 0.2, float, 0, 0.9),
        first_contacts_per_hour=read.number("CANDOR_FIRST_CONTACTS_PER_HOUR", 2_000, int, 1, 1_000_000),
        log_level=read.choice("CANDOR_LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
        proxy_hops=read.number("CANDOR_PROXY_HOPS", 0, int, 0, 5),
        secret_keys=read.optional("CANDOR_KEYS"),
    )


def _folder(given: str) -> Path:
    folder = Path(given).absolute()
    try:
        # In this order: another process may make the folder between the two looks.
        fits = "?" not in given and "%" not in given and (not folder.exists() or folder.is_dir())
    except (OSError, ValueError):  # too long, or no name at all
        fits = False
    if not fits:
        raise SettingsError(f"CANDOR_VAR must name a folder, without ? and %, not {shown(given)}")
    return folder


def _database_url(given: str, var: Path) -> str:
    # Never quoted in an error: an address may hold a password.
    if not given:
        return f"sqlite:///{var}/candor.db"
    if given.startswith("sqlite:///"):
        return _file_url(given)
    if not given.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        raise SettingsError("CANDOR_DATABASE_URL must start with postgresql:// or sqlite:///")
    # SQLAlchemy needs the driver in the scheme; operators write what their provider prints.
    url = "postgresql+psycopg://" + given.split("://", 1)[1]
    try:
        make_url(url)
    except (ValueError, ArgumentError):
        raise SettingsError(
            "CANDOR_DATABASE_URL must be an address such as postgresql://user:password@host:5432/name"
        ) from None
    return url


def _file_url(given: str) -> str:
    file = Path(given.removeprefix("sqlite:///"))
    try:
        fits = file.name not in ("", ":memory:") and "?" not in given and not file.is_dir()
    except (OSError, ValueError):
        fits = False
    if not fits:
        raise SettingsError("CANDOR_DATABASE_URL must name a file, such as sqlite:////var/lib/candor/candor.db")
    return given


def _redis_url(given: str | None) -> str | None:
    if given is None:
        return None
    parts = _parts(given)
    number = parts.path.strip("/") if parts else ""
    fits = parts is not None and (
        parts.path not in ("", "/") if parts.scheme == "redis+socket"
        else parts.scheme in ("redis", "rediss") and (not number or (number.isascii() and number.isdigit()))
    )
    if not fits:
        raise SettingsError("CANDOR_REDIS_URL must be an address such as redis://:password@host:6379/0")
    return given


def _parts(given: str) -> SplitResult | None:
    """The address apart; None when it is not one, by its port for example."""
    try:
        parts = urlsplit(given)
        fits = parts.port != 0 and given.isprintable() and " " not in given
    except ValueError:
        return None
    return parts if fits else None


def _public_url(given: str | None) -> str | None:
    if given is None:
        return None
    parts = _parts(given)
    fits = (
        parts is not None
        and bool(parts.hostname)
        and not (parts.username or parts.query or parts.fragment)
        and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
    )
    if not fits:
        raise SettingsError(
            "CANDOR_PUBLIC_URL must be an https:// address (plain http only on 127.0.0.1, for sandbox desks)"
        )
    return given.rstrip("/")


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def optional(self, name: str) -> str | None:
        return self._environ.get(name, "").strip() or None

    def text(self, name: str, default: str) -> str:
        return self.optional(name) or default

    def flag(self, name: str, default: bool) -> bool:
        given = self.optional(name)
        if given is None:
            return default
        if given.lower() in ("1", "true", "yes", "on"):
            return True
        if given.lower() in ("0", "false", "no", "off"):
            return False
        raise SettingsError(f"{name} must be yes or no, not {shown(given)}")

    def number(self, name: str, default: _N, kind: Callable[[str], _N], low: float, high: float) -> _N:
        given = self.optional(name)
        if given is None:
            return default
        try:
            value = kind(given)
        except ValueError:
            raise SettingsError(f"{name} must be a number, not {shown(given)}") from None
        if not low <= value <= high:
            raise SettingsError(f"{name} must lie between {low} and {high}, not {shown(given)}")
        return value

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        given = self.text(name, default).lower()
        if given not in allowed:
            raise SettingsError(f"{name} must be one of {', '.join(allowed)}, not {shown(given)}")
        return given
