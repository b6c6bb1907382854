"""An answer other than success; each desk's own shapes are in its `answers.py`."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """`body` is JSON-able, or text with its content type in `headers`."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})
