"""The new words of a mail: quotes, signatures and headers cut off, each with its proof.

A cut needs proof: a mark of the mail program, words that stand in an earlier message of the ticket, the mark
of a signature, or a closing with a name. What cannot be proven stays, because a customer's word that is lost
is worse than a quoted line that is read.

Every step looks at one line at a time and at no more than LINE_MAX characters of it, so the work is linear in
the text. The libraries for this (mail-parser-reply 1.36, email-reply-parser 0.5.12) take more than 8 s for
100 kB of "On On On …", which anybody may send us.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.core.reading.mail_feet import cut_feet
from app.core.reading.mail_lines import CUTS, SHORTENED, Line, lines_of
from app.core.reading.mail_lines import MAIL_MAX as MAIL_MAX
from app.core.reading.mail_quotes import cut_quotes
from connectors.records import Message, Ticket

CUTS_OF_WORDS = frozenset(CUTS) - {SHORTENED}
NO_MORE_THAN = 0.5  # of a message's words may go unproven


@dataclass(frozen=True, slots=True)
class Known:
    """What proves a cut beside the mail itself: the texts of the ticket's earlier messages, oldest first, and
    the writer's name."""

    earlier: Sequence[str] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class NewText:
    """The ranges of the original text that are new, in order, and what was cut (of CUTS).

    `gone` are the ranges of words that were cut, without the lines that mail programs set themselves.
    `doubtful`: more than half of the words went without proof.
    """

    ranges: tuple[tuple[int, int], ...]
    cut: tuple[str, ...]
    gone: tuple[tuple[int, int], ...] = ()
    doubtful: bool = False


NOTHING = Known()


def known_of(ticket: Ticket, message: Message) -> Known:
    """What the ticket knows that proves a cut in one of its messages."""
    place = next((n for n, m in enumerate(ticket.messages) if m.id == message.id), 0)
    return Known(tuple(m.text for m in ticket.messages[:place] if m.public), message.author.name or "")


def new_text(text: str, known: Known = NOTHING) -> tuple[str, tuple[str, ...]]:
    """What the writer of a mail added themselves, and what was cut from it (of CUTS). A mail of nothing but a
    quote gives ""."""
    found = new_ranges(text, known)
    return "".join(text[a:b] for a, b in found.ranges).strip(), found.cut


def new_ranges(text: str, known: Known = NOTHING) -> NewText:
    """As `new_text`, with the places in the original."""
    lines = lines_of(text)
    cut = cut_quotes(lines, known.earlier) | cut_feet(lines, text, known.name)
    if len(text) > MAIL_MAX:
        cut.add(SHORTENED)
    doubted = sum(line.words for line in lines if not line.kept and not line.proven)
    return NewText(
        _joined(line for line in lines if line.kept),
        tuple(name for name in CUTS if name in cut),
        _joined(line for line in lines if not line.kept and not line.mark),
        doubted > NO_MORE_THAN * sum(line.words for line in lines if not line.mark),
    )


def _joined(lines: Iterable[Line]) -> tuple[tuple[int, int], ...]:
    ranges: list[tuple[int, int]] = []
    for line in lines:
        if ranges and ranges[-1][1] == line.start:
            ranges[-1] = (ranges[-1][0], line.end)
        else:
            ranges.append((line.start, line.end))
    return tuple(ranges)
