"""What Candor remembers of a ticket between two turns: small, plain, kept as JSON in the ticket's row."""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from app.core.verdicts import Option


@dataclass(frozen=True, slots=True)
class TicketMemory:
    """`replies` are the times (microseconds) of our public messages. `cited` are the article ids of the last
    answer."""

    noticed: bool = False  # the full AI notice stands in an earlier message
    clarified: bool = False  # our one question was asked
    options: tuple[Option, ...] = ()  # what it offered
    replies: tuple[int, ...] = ()
    answered: int = 0  # answers given so far
    cited: tuple[str, ...] = ()
    frustrated: int = 0  # customer messages read as frustrated
    handed_off: str | None = None  # reason of the last hand-off
    handed_off_at: int | None = None
    assignee: str | None = None  # as last seen, to notice a change
    # when that was, by the desk's own clock; None in a row of a release before
    looked_at: int | None = None
    group: str | None = None
    next_step: str = ""  # the field *Candor: next step* as last seen
    # (desk, ticket) this one was escalated from; people own it, and only they
    original: tuple[str, str] | None = None
    solved_at: int | None = None  # since when it was seen solved; None once it is open again
    reported: bool = False  # its solving was told to the original
    floor: tuple[tuple[str, str], ...] = ()  # (keyed mark of the class, message id) people were told of
    extra: Mapping[str, str] = field(default_factory=dict)

    def replied(self, at: int) -> TicketMemory:
        return replace(self, noticed=True, replies=(*self.replies[-19:], at))

    def for_new_requester(self) -> TicketMemory:
        """The ticket is somebody else's by now: nobody has told them yet that an AI assistant writes here."""
        return replace(self, noticed=False)

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> TicketMemory:
        """Unknown keys are dropped: an older process may read what a newer one wrote."""
        raw = json.loads(text)
        known = {k: v for k, v in raw.items() if k in TicketMemory.__dataclass_fields__}
        known["options"] = tuple(
            Option(o["letter"], o["article"], o["title"]) for o in known.get("options", ())
        )
        known["replies"] = tuple(known.get("replies", ()))
        known["cited"] = tuple(known.get("cited", ()))
        known["floor"] = tuple((mark, message) for mark, message in known.get("floor", ()))
        known["original"] = tuple(known["original"]) if known.get("original") else None
        return TicketMemory(**known)
