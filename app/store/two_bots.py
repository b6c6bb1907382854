"""Desks where another bot answers customers too, or somebody in our name, kept for the admin until it has
been silent for a while."""
from __future__ import annotations

from sqlalchemy import Connection

from app.store import marks
from connectors.clock import DAY

KEPT = 7 * DAY  # microseconds after its newest reply
_MARK = "other_bot:"
_OURS = "our_words:"


def met(tx: Connection, desk: str, ticket: str, now: int) -> None:
    """Another bot has answered the desk's ticket."""
    marks.write(tx, _MARK + desk, ticket, now + KEPT)


def ticket_of(tx: Connection, desk: str, now: int) -> str | None:
    """The ticket in which another bot was met last at the desk; None when there is none."""
    ticket, until = marks.until(tx, _MARK + desk)
    return ticket if until > now else None


def our_words_met(tx: Connection, desk: str, ticket: str, now: int) -> None:
    """The desk's ticket holds a reply in our name that our rows do not know."""
    marks.write(tx, _OURS + desk, ticket, now + KEPT)


def our_words_in(tx: Connection, desk: str, now: int) -> str | None:
    """The ticket in which such a reply was met last at the desk; None when there is none."""
    ticket, until = marks.until(tx, _OURS + desk)
    return ticket if until > now else None
