"""Reading the must-hand-off floor of a ticket: phrases and patterns in every shipped language, and nearness
to examples in English."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.core.memory import TicketMemory
from app.core.reading.flags import flags
from app.core.reading.floor import Flag, Part, masked, parts_to_read, sorted_flags
from app.keys import Keys
from config.floor import FloorClass
from config.policy import Policy
from config.wording import LANGUAGES, Words
from connectors.records import Ticket
from workers.deciding.case import Case
from workers.deciding.language import guess_language
from workers.knowledge.grave import FIRM
from workers.knowledge.likeness import Graveness
from workers.work import Nearness, Work

ENGLISH = "en"
SURE = 0.9  # of the language of a whole text


@dataclass(frozen=True, slots=True)
class FloorRead:
    """The ticket as everything after this reads it, without card numbers and the like, and what was grave in
    it.

    `known` are the classes people were told of on this ticket before.
    """

    ticket: Ticket
    flags: tuple[Flag, ...]
    known: frozenset[FloorClass]


def read_floor(work: Work, case: Case) -> FloorRead:
    memory, ticket = TicketMemory.from_json(case.held.memory), case.ticket
    acted = frozenset(message for _, message in memory.floor)
    parts = parts_to_read(ticket, case.held.seen_message, acted, work.words)
    found = flags_in(parts, work.words, case.policy, work.likeness())
    return FloorRead(masked(ticket), _hidden(found, ticket), _known(work.keys, case, memory))


def flags_in(
    parts: Sequence[Part], words: Mapping[str, Words], policy: Policy, likeness: Nearness
) -> tuple[Flag, ...]:
    """What is grave in the parts, the gravest class first."""
    return sorted_flags(flag for part in parts for flag in _flags_of(part, words, policy, likeness))


def marks(keys: Keys, case: Case, found: Sequence[Flag]) -> tuple[tuple[str, str], ...]:
    """What the ticket's memory keeps of flags that people were told of: the class only as a keyed mark, which
    nothing else can read."""
    return tuple(dict.fromkeys((_mark(keys, case, flag.kind), flag.span.message) for flag in found))


def _flags_of(part: Part, words: Mapping[str, Words], policy: Policy, likeness: Nearness) -> list[Flag]:
    """By phrases and, in English, by the head, which also takes back a phrase in a sentence that is surely
    harmless ("a killer deal")."""
    read = Graveness() if _foreign(part.text) else likeness.read(part.text)
    told = [
        Flag(f.kind, part.sentence(f.start, f.end), "", part.machine)
        for f in flags(part.text, words, policy.floor_phrases())
        if f.firm
        or f.kind in FIRM
        or not (read.harmless(f.start, f.end) and _english(part.sentence(f.start, f.end).text))
    ]
    # The head has learned how people write: what a machine says is told by phrases alone.
    found = () if part.machine else read.near
    near = [Flag(n.kind, part.span(n.start, n.end), n.example, part.machine) for n in found]
    return [*told, *near]


def _foreign(text: str) -> bool:
    """Whether the text is surely in another language that has phrases of its own: the head knows English
    alone."""
    guess = guess_language(text)
    return guess is not None and guess[0] in LANGUAGES and guess[0] != ENGLISH and guess[1] >= SURE


def _english(sentence: str) -> bool:
    guess = guess_language(sentence)
    return guess is not None and guess[0] == ENGLISH


def _hidden(found: Sequence[Flag], ticket: Ticket) -> tuple[Flag, ...]:
    """The flags with their words taken from the masked text; masking keeps every place."""
    texts = {m.id: m.whole for m in masked(ticket).messages}
    return tuple(
        replace(flag, span=replace(flag.span, text=texts[flag.span.message][flag.span.start : flag.span.end]))
        if flag.span.message in texts else flag
        for flag in found
    )


def _known(keys: Keys, case: Case, memory: TicketMemory) -> frozenset[FloorClass]:
    kept = {mark for mark, _ in memory.floor}
    return frozenset(kind for kind in FloorClass if _mark(keys, case, kind) in kept)


def _mark(keys: Keys, case: Case, kind: FloorClass) -> str:
    return keys.mac("floor", case.desk.id, case.ticket.id, kind.value)[:16]
