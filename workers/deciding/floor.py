"""Reading the must-hand-off floor of a ticket: phrases and patterns in every shipped language, and nearness to examples in English."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.core.memory import TicketMemory
from app.core.reading.flags import flags
from app.core.reading.floor import Flag, Part, masked, parts_to_read, sorted_flags
from app.keys import Keys
from app.store.desks import StoredDesk
from app.store.tickets import TicketRow
from config.floor import FloorClass
from config.policy import Policy
from config.wording import Words
from connectors.records import Ticket
from workers.work import Nearness, Work


@dataclass(frozen=True, slots=True)
class FloorRead:
    """The ticket as everything after this reads it, without card numbers and the like, and what was grave in it.

    `known` are the classes people were told of on this ticket before.
    """

    ticket: Ticket
    flags: tuple[Flag, ...]
    known: frozenset[FloorClass]


def read_floor(work: Work, desk: StoredDesk, held: TicketRow, policy: Policy, ticket: Ticket) -> FloorRead:
    memory = TicketMemory.from_json(held.memory)
    acted = frozenset(message for _, message in memory.floor)
    parts = parts_to_read(ticket, held.seen_message, acted, work.words)
    found = flags_in(parts, work.words, policy, work.likeness())
    return FloorRead(masked(ticket), _hidden(found, ticket), _known(work.keys, desk, ticket, memory))


def flags_in(parts: Sequence[Part], words: Mapping[str, Words], policy: Policy, likeness: Nearness) -> tuple[Flag, ...]:
    """What is grave in the parts, the gravest class first."""
    return sorted_flags(flag for part in parts for flag in _flags_of(part, words, policy, likeness))


def marks(keys: Keys, desk: StoredDesk, ticket: Ticket, found: Sequence[Flag]) -> tuple[tuple[str, str], ...]:
    """What the ticket's memory keeps of flags that people were told of: the class only as a keyed mark, which nothing else can read."""
    return tuple(dict.fromkeys((_mark(keys, desk, ticket, flag.kind), flag.span.message) for flag in found))


def _flags_of(part: Part, words: Mapping[str, Words], policy: Policy, likeness: Nearness) -> list[Flag]:
    told = [Flag(f.kind, part.sentence(f.start, f.end), "", part.machine) for f in flags(part.text, words, policy.floor_phrases())]
    near = [Flag(n.kind, part.span(n.start, n.end), n.example, part.machine) for n in likeness.near(part.text)]
    return [*told, *near]


def _hidden(found: Sequence[Flag], ticket: Ticket) -> tuple[Flag, ...]:
    """The flags with their words taken from the masked text; masking keeps every place."""
    texts = {m.id: m.text for m in masked(ticket).messages}
    return tuple(
        replace(flag, span=replace(flag.span, text=texts[flag.span.message][flag.span.start : flag.span.end]))
        if flag.span.message in texts else flag
        for flag in found
    )


def _known(keys: Keys, desk: StoredDesk, ticket: Ticket, memory: TicketMemory) -> frozenset[FloorClass]:
    kept = {mark for mark, _ in memory.floor}
    return frozenset(kind for kind in FloorClass if _mark(keys, desk, ticket, kind) in kept)


def _mark(keys: Keys, desk: StoredDesk, ticket: Ticket, kind: FloorClass) -> str:
    return keys.mac("floor", desk.id, ticket.id, kind.value)[:16]
