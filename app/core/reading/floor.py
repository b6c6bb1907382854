"""The must-hand-off floor on a ticket: all words of its people that nobody has read for it yet, and what was
found in them.

Read from whole messages, quotes and signatures included, less what the assistant or an agent wrote: a grave
word in a mail of ours that comes back is ours. What is blanked keeps its length, so that every place found is
a place in the message.
"""
from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.core.reading import our_words
from app.core.reading.earlier import Runs, blanked, gaps, repeated, runs_of
from app.core.reading.machines import automatic_in
from app.core.reading.places import READ_MAX, shown
from app.core.reading.sensitive import mask
from app.core.verdicts import Span
from config.floor import FloorClass
from config.wording import Words
from connectors.records import File, Message, Role, Ticket

SUBJECT = "subject"  # stands for a message id where the words stand in the ticket's subject
SUBJECT_MAX = 300
LAST_READ = 5_000  # characters of the end of a message that is longer than READ_MAX
ORDER = tuple(FloorClass)

SENTENCE_MAX = 160  # characters before and after the words that are shown with them

_SENTENCE_END = re.compile(r"[.!?\n]+")


@dataclass(frozen=True, slots=True)
class Part:
    """The words of one message (or of the subject). `at[i]` is the place of character `i` in the message's
    own text."""

    message: str
    text: str
    at: Sequence[int]
    machine: bool = False  # no person wrote it

    def span(self, start: int, end: int) -> Span:
        return Span(self.message, self.at[start], self.at[end - 1] + 1, self.text[start:end])

    def sentence(self, start: int, end: int) -> Span:
        """The sentence around the words: two words alone tell whoever reads the note too little."""
        first = max(
            (m.end() for m in _SENTENCE_END.finditer(self.text, max(0, start - SENTENCE_MAX), start)),
            default=None,
        )
        last = _SENTENCE_END.search(self.text, end, end + SENTENCE_MAX)
        begin = start if first is None and start > SENTENCE_MAX else first or 0
        stop = last.start() + 1 if last else min(len(self.text), end + SENTENCE_MAX)
        while self.text[begin:begin + 1].isspace():
            begin += 1
        return self.span(begin, max(end, len(self.text[:stop].rstrip())))


@dataclass(frozen=True, slots=True)
class Flag:
    """A message that must reach a person. `example` is the wording it comes close to, "" where a phrase or a
    pattern told it."""

    kind: FloorClass
    span: Span
    example: str = ""
    machine: bool = False


def parts_to_read(
    ticket: Ticket, seen: str | None, acted: Collection[str], words: Mapping[str, Words]
) -> tuple[Part, ...]:
    """What the floor is read from now: messages of customers since the one `seen` last, and of the turn
    nobody has answered, less those that people were told of before (`acted`, message ids). The subject counts
    with the opening message."""
    opening = next((m for m in ticket.messages if m.public), None)
    parts: list[Part] = []
    for message in _unread(ticket, seen, acted):
        first = message is opening
        machine = automatic_in(ticket, message, words) is not None
        if first and ticket.subject:
            parts.append(_subject(ticket.subject, machine))
        ours = runs_of(
            m.text
            for m in ticket.messages
            if m.at <= message.at and m.author.role in (Role.ASSISTANT, Role.AGENT)
        )
        parts.append(_part(message, machine, ours, words))
        parts += [_file(message, start, start + len(text), machine) for start, text in message.read_files]
    return tuple(part for part in parts if part.text.strip())


def sorted_flags(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """The gravest class first, each class once per message, its first words."""
    once: dict[tuple[FloorClass, str], Flag] = {}
    for flag in sorted(flags, key=lambda f: (ORDER.index(f.kind), f.span.start)):
        once.setdefault((flag.kind, flag.span.message), flag)
    return tuple(once.values())


def gravest(flags: Sequence[Flag]) -> FloorClass | None:
    """The class that decides the words to the customer."""
    return min((flag.kind for flag in flags), key=ORDER.index, default=None)


def masked(ticket: Ticket) -> Ticket:
    """The ticket without card numbers, passwords and the like: what everything but the floor reads, and the
    only form that is kept."""
    changed = tuple(
        replace(
            m,
            text=mask(m.text),
            html=None if m.html is None else mask(m.html),
            files=tuple(_masked(f) for f in m.files),
        )
        for m in ticket.messages
    )
    return replace(ticket, subject=mask(ticket.subject), messages=changed)


def _masked(file: File) -> File:
    return file if file.text is None else replace(file, text=mask(file.text))


def _file(message: Message, start: int, end: int, machine: bool) -> Part:
    text, at = shown(message.whole, [(start, end)], [])
    return Part(message.id, text, at, machine)


def _unread(ticket: Ticket, seen: str | None, acted: Collection[str]) -> list[Message]:
    ids = [m.id for m in ticket.messages]
    since = ids.index(seen) + 1 if seen in ids else 0
    spoke = (
        n for n, m in enumerate(ticket.messages) if m.public and m.author.role in (Role.ASSISTANT, Role.AGENT)
    )
    start = min(since, max(spoke, default=-1) + 1)
    return [m for m in ticket.messages[start:] if m.author.role is Role.CUSTOMER and m.id not in acted]


def _subject(subject: str, machine: bool) -> Part:
    text, at = shown(subject[:SUBJECT_MAX], [(0, min(len(subject), SUBJECT_MAX))], [])
    return Part(SUBJECT, text, at, machine)


def _part(message: Message, machine: bool, ours: Runs, words: Mapping[str, Words]) -> Part:
    length = len(message.text)
    ranges = [(0, min(length, READ_MAX - LAST_READ)), (max(READ_MAX - LAST_READ, length - LAST_READ), length)]
    text, at = shown(message.text, [(a, b) for a, b in ranges if a < b], [])
    text = blanked(text, gaps(our_words.kept_ranges(text, words), len(text)))
    return Part(message.id, blanked(text, repeated(text, ours)) if ours else text, at, machine)
