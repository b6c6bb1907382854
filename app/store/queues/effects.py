"""An effect as JSON in an outbox row: the exact bytes that will go out, written before the first call."""
from __future__ import annotations

import json
from dataclasses import fields

from app.store.queues.stamps import as_stored
from connectors.records import Effect, OpenTicket, PostNote, PostReply, RunAction, Status, UpdateFields

_KINDS = {kind.__name__: kind for kind in (PostReply, PostNote, UpdateFields, OpenTicket, RunAction)}


def effect_json(effect: Effect) -> str:
    return json.dumps(
        {"kind": type(effect).__name__, **as_stored(effect)}, sort_keys=True, ensure_ascii=False
    )


def effect_of(text: str) -> Effect:
    """The effect a row holds. Raises ValueError when a newer release wrote a kind this one does not know."""
    raw = json.loads(text)
    kind = _KINDS.get(raw.pop("kind"))
    if kind is None:
        raise ValueError(
            "an outbox row holds an effect this release does not know: finish the upgrade of this host first"
        )
    known = {f.name for f in fields(kind)}
    if raw.get("status") is not None:
        raw["status"] = Status(raw["status"])
    if "add_tags" in raw:
        raw["add_tags"] = tuple(raw["add_tags"])
    return kind(**{k: v for k, v in raw.items() if k in known})
