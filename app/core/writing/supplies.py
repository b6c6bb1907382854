"""What the words of a verdict need from outside, read before anything is composed: pages, people, their
queue, earlier answers."""
from __future__ import annotations

from dataclasses import dataclass

from app.core.deciding.destination import Destination
from connectors.records import QueueSnapshot


@dataclass(frozen=True, slots=True)
class Way:
    """Where a hand-off goes. `queue` is that group's as just counted, None where no wait is worked out.

    `wanted` is how the route's desk is called, `own` how the ticket's; `replies_seen`: replies of the group's
    people on record.
    """

    to: Destination
    wanted: str
    own: str
    queue: QueueSnapshot | None = None
    replies_seen: int = 0


@dataclass(frozen=True, slots=True)
class Supplies:
    """`page_url` is the customer's page of the ticket, `story_url` its story in the console; None where our
    address is not known.

    `answered`: titles of the pages quoted on the ticket before that still stand, None when nothing was
    quoted. `way`: of a hand-off.
    """

    page_url: str | None = None
    story_url: str | None = None
    answered: tuple[str, ...] | None = None
    way: Way | None = None
