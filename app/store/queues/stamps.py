"""A ticket's stamp as text in a row."""
from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING

from connectors.records import Stamp

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def as_stored(record: DataclassInstance) -> dict[str, object]:
    """A record's fields for JSON. Shallow: `asdict` copies each value to its depth, and JSON copies it
    again."""
    return {f.name: getattr(record, f.name) for f in fields(record)}


def stamp_json(stamp: Stamp | None) -> str | None:
    return None if stamp is None else json.dumps(as_stored(stamp), sort_keys=True)


def stamp_of(text: str | None) -> Stamp | None:
    """The stamp a row holds; what a newer release added to it is dropped."""
    if text is None:
        return None
    raw = json.loads(text)
    return Stamp(**{f.name: raw[f.name] for f in fields(Stamp)})
