"""Files that customers attach: kept beside the messages, served by the desk's own host or named on another
one (Z50, F18)."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """`elsewhere`: its link leads to another host, where nothing of the desk's credentials may go; `shown`:
    part of the mail's body."""

    id: int
    name: str
    content_type: str
    body: bytes
    elsewhere: bool = False
    shown: bool = False
