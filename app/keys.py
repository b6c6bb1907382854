"""The process's own keys: made on the first start of one machine, given by the operator on many."""
from __future__ import annotations

import hashlib
import hmac
import json
import os
import stat
from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from config.settings import Settings, SettingsError

NAMES = ("fernet", "ledger", "links", "sessions")
MIN_KEY_BYTES = 32  # an empty or short key would sign, and be guessed


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """`fernet` seals secrets and personal text (newest first), `ledger` chains records, `links` signs ticket
    pages, `sessions` cookies."""

    fernet: tuple[str, ...]
    ledger: bytes
    links: bytes
    sessions: bytes

    @property
    def box(self) -> MultiFernet:
        return _box(self.fernet)

    def mac(self, *parts: str) -> str:
        """Keyed hash (hex) of the parts, each length-prefixed so that no two lists of parts collide."""
        return hmac.new(self.ledger, length_prefixed(*parts), hashlib.sha256).hexdigest()

    def fingerprints(self) -> dict[str, list[str]]:
        """One a key, by its name, newest first: equal for equal keys, and nothing about them can be learnt
        from it."""
        given = {
            "fernet": [k.encode() for k in self.fernet],
            "ledger": [self.ledger],
            "links": [self.links],
            "sessions": [self.sessions],
        }
        return {
            name: [
                hmac.new(key, f"candor fingerprint of {name}".encode(), hashlib.sha256).hexdigest()[:16]
                for key in values
            ]
            for name, values in given.items()
        }

    def fingerprint(self) -> str:
        """Equal on hosts that hold equal keys; tells nothing about them."""
        return self.mac("fingerprint")[:12]


@lru_cache(maxsize=4)
def _box(fernet: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(k) for k in fernet])


def length_prefixed(*parts: str) -> bytes:
    return b"".join(
        f"{len(data)}:".encode() + data for data in (p.encode("utf-8", "surrogatepass") for p in parts)
    )


def load_keys(settings: Settings) -> tuple[Keys, bool]:
    """The keys, and whether they were just made. Raises SettingsError when they are missing where nothing may
    be made up."""
    if settings.secret_keys:
        return _parse(settings.secret_keys, "CANDOR_KEYS"), False
    path = settings.var / "keys"
    if path.exists():
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SettingsError(
                f"{path} can be read by others: run `chmod 600 {path}` and consider its keys known"
            )
        return _parse(path.read_text(), str(path)), False
    if settings.database_given:
        raise SettingsError(
            "CANDOR_DATABASE_URL is set but no keys are: copy var/keys of the first machine here, or give "
            "its content as CANDOR_KEYS"
        )
    settings.var.mkdir(parents=True, exist_ok=True)
    made = {"fernet": [Fernet.generate_key().decode()], **{n: os.urandom(32).hex() for n in NAMES[1:]}}
    # Not by the process id: two containers on one volume may both be process 1, and a crash would leave its
    # name behind.
    draft = path.with_name(f"keys.{os.urandom(8).hex()}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump(made, file)
    try:
        # Linked, not written in place: a second process starting now sees no file or the whole one.
        os.link(draft, path)
    except FileExistsError:
        return load_keys(settings)
    finally:
        draft.unlink()
    return _parse(json.dumps(made), str(path)), True


def _parse(text: str, where: str) -> Keys:
    try:
        raw = json.loads(text)
        keys = Keys(
            tuple(raw["fernet"]),
            bytes.fromhex(raw["ledger"]),
            bytes.fromhex(raw["links"]),
            bytes.fromhex(raw["sessions"]),
        )
        for key in keys.fernet:
            Fernet(key)
        if not keys.fernet or min(len(keys.ledger), len(keys.links), len(keys.sessions)) < MIN_KEY_BYTES:
            raise ValueError("too short")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        why = (
            f"{where} does not hold the keys {', '.join(NAMES)} as JSON, each of at least {MIN_KEY_BYTES} "
            f"bytes"
        )
        raise SettingsError(f"{why}: {type(error).__name__}") from None
    return keys


def seal(box: MultiFernet, text: str) -> bytes:
    return box.encrypt(text.encode("utf-8"))


def unseal(box: MultiFernet, token: bytes) -> str:
    """Raises SettingsError when the token was sealed under other keys."""
    try:
        return box.decrypt(token).decode("utf-8")
    except InvalidToken:
        raise SettingsError(
            "a stored secret was sealed under other keys: are var/keys or CANDOR_KEYS those of this database?"
        ) from None
