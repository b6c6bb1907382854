"""Dead letters as the console and the commands use them: look at a letter with its words, and replay it on
the record."""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.fernet import InvalidToken
from sqlalchemy import Connection

from app.keys import Keys
from app.store import audit, evidence, requesters, views
from app.store.database import Database
from app.store.queues import dead_letters
from app.store.queues.dead_letters import Letter
from app.store.queues.effects import effect_of
from app.store.queues.rows import EffectRow, InboxRow, JobRow
from connectors.records import Effect, OpenTicket, PostNote, PostReply


@dataclass(frozen=True, slots=True)
class ToSend:
    """One effect of the letter's plan. `text` is None when the person it is for was erased; `more` are
    fields, tags, group and status."""

    purpose: str
    effect: str
    state: str
    text: str | None
    more: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter with everything a person needs to judge it. `body` is what the desk delivered, or a job's
    arguments."""

    letter: Letter
    ticket_row: str | None  # its story in the console
    body: str
    to_send: tuple[ToSend, ...]
    evidence: tuple[tuple[str, str, str], ...]  # (article, version, title)
    first_seen: int
    last_try: int | None
    key: str | None  # the marker under which the desk's history is searched


def open_letter(tx: Connection, tenant: str, letter_id: str, keys: Keys) -> Opened | None:
    """The letter of this id; None when it is not a dead letter."""
    found = dead_letters.find(tx, tenant, letter_id)
    if found is None:
        return None
    letter, row = found
    story = views.ticket_id(tx, tenant, letter.desk, letter.ticket) if letter.desk and letter.ticket else None
    if isinstance(row, InboxRow):
        return Opened(letter, story, row.body.decode("utf-8", "replace"), (), (), row.received_at, None, None)
    if isinstance(row, JobRow):
        return Opened(letter, story, row.args, (), (), row.created_at, None, None)
    plan = (row, *dead_letters.taken_along(tx, row))
    pairs = [(a, v) for a, v in json.loads(row.evidence)] if row.evidence else []
    titles = evidence.titles(tx, tenant, pairs)
    return Opened(
        letter,
        story,
        "",
        tuple(_to_send(tx, one, keys) for one in plan),
        tuple((a, v, titles.get((a, v), a)) for a, v in pairs),
        row.created_at,
        row.attempt_at,
        row.key,
    )


def replay(
    db: Database, tenant: str, letter_id: str, who: str, keys: Keys, now: int, new_id: Callable[[], str]
) -> Letter | None:
    """Put one letter back to work and write down who did; None when it is no longer a dead letter."""
    with db.write() as tx:
        letter = dead_letters.put_back(tx, tenant, letter_id, now)
        if letter is not None:
            detail = {
                "letter": letter.id,
                "kind": letter.kind,
                "what": letter.what,
                "desk": letter.desk,
                "ticket": letter.ticket,
            }
            audit.append(tx, tenant, who, "dead_letter_replayed", detail, keys, now, new_id())
        return letter


def replay_all(
    db: Database,
    tenant: str,
    who: str,
    keys: Keys,
    clock: Callable[[], int],
    new_id: Callable[[], str],
    told: Callable[[int, int], None] = lambda done, total: None,
    most: int | None = None,
) -> int:
    """Replay every dead letter there is now (at most `most`), oldest first, each in a transaction of its own;
    returns how many were put back.

    Letters that come back while this runs are left for the next time: a letter that cannot be cured must not
    circle.
    """
    with db.read() as tx:
        waiting = dead_letters.ids(tx, tenant)[:most]
    replayed = 0
    for number, letter_id in enumerate(waiting, start=1):
        replayed += replay(db, tenant, letter_id, who, keys, clock(), new_id) is not None
        told(number, len(waiting))
    return replayed


def _to_send(tx: Connection, row: EffectRow, keys: Keys) -> ToSend:
    box = requesters.box(tx, row.tenant, row.requester, keys) if row.requester else keys.box
    try:
        effect = None if box is None else effect_of(box.decrypt(row.body).decode())
    except InvalidToken:
        effect = None  # sealed under a key this person no longer has: gone, as after an erasure
    if effect is None:
        return ToSend(row.purpose, row.effect, row.state, None, {})
    return ToSend(row.purpose, row.effect, row.state, _text(effect), _more(effect))


def _text(effect: Effect) -> str:
    return effect.text if isinstance(effect, PostReply | PostNote | OpenTicket) else ""


def _more(effect: Effect) -> dict[str, str]:
    shown = {
        "group": getattr(effect, "group", None),
        "status": getattr(effect, "status", None),
        "subject": getattr(effect, "subject", None),
        "tags": ", ".join(getattr(effect, "add_tags", ())),
        "fields": ", ".join(
            f"{name}: {value}" for name, value in dict(getattr(effect, "fields", {})).items()
        ),
    }
    return {name: str(getattr(value, "value", value)) for name, value in shown.items() if value}
