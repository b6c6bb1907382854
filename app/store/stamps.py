"""A ticket's stamp as text in a row."""
from __future__ import annotations

import json
from dataclasses import asdict, fields

from connectors.records import Stamp


def stamp_json(stamp: Stamp | None) -> str | None:
    return None if stamp is None else json.dumps(asdict(stamp), sort_keys=True)


def stamp_of(text: str | None) -> Stamp | None:
    """The stamp a row holds; what a newer release added to it is dropped."""
    if text is None:
        return None
    raw = json.loads(text)
    return Stamp(**{f.name: raw[f.name] for f in fields(Stamp)})
