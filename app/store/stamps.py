"""A ticket's stamp as text in a row."""
from __future__ import annotations

import json
from dataclasses import asdict

from connectors.records import Stamp


def stamp_json(stamp: Stamp | None) -> str | None:
    return None if stamp is None else json.dumps(asdict(stamp), sort_keys=True)


def stamp_of(text: str | None) -> Stamp | None:
    return None if text is None else Stamp(**json.loads(text))
