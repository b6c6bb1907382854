"""What an agent must know of a ticket, taken out of it word for word: each fact with the message it stands
in, or not at all."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from app.core.reading.lookalikes import lookalikes
from app.core.reading.mail import known_of, new_text
from app.core.reading.triage import asks_alone
from app.core.sentences import pieces
from app.core.verdicts import Findings, Handoff, Reading, Source, Span
from app.core.writing.markup import Body
from config.floor import FloorClass
from config.policy import Detail, Reason, Topic
from connectors.clean import HIDDEN_KINDS, strip_hidden, visible
from connectors.records import Message, Role, Ticket, Writer, writer_of

# A sentence of fewer words than this ("Hi there,") says nothing about the matter.
WISH_WORDS = 4
WISH_MESSAGES = 20  # of the ticket, the newest, are asked
_QUOTE_MARKS = re.compile(r"(?m)^[>|\s]+")
_GREETS = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|day|afternoon|evening)|bonjour|bonsoir|hallo|guten "
    r"(?:tag|morgen|abend)|liebes?|sehr geehrte\w*"
    r"|hola|buen[oa]s)\b.{0,40}$",
    re.I,
)
# Words of somebody who wants something, for messages without a question mark.
_WISHES = re.compile(
    r"\b(?:i(?:'d| would) like|i (?:want|need|can't|cannot|am trying|tried)|please|help me|je "
    r"(?:veux|voudrais|souhaite|n'arrive|ne peux)"
    r"|j'aimerais|besoin|merci de|ich (?:möchte|will|brauche|kann "
    r"nicht)|bitte|quiero|quisiera|querría|necesito|no puedo|por favor)\b",
    re.I,
)
# Reasons that rest on words of the customer's.
_BY_WORDS = frozenset({Reason.CUSTOMER_ASKED, Reason.MUST_HANDOFF})


@dataclass(frozen=True, slots=True)
class Deed:
    """Something the assistant did before in this ticket. `kind` is answered | asked | replied; `message` the
    id of ours it stands in."""

    kind: str
    titles: tuple[str, ...] = ()
    message: str | None = None


@dataclass(frozen=True, slots=True)
class OtherWriter:
    """Who wrote a customer's message that is not simply the requester's. `name` may be "" or an address."""

    writer: Writer
    name: str


@dataclass(frozen=True, slots=True)
class Grave:
    """What a note says of the must-hand-off floor. `unreviewed`: no professional has read the words the
    customer gets."""

    found: tuple[tuple[FloorClass, Span], ...]
    by_machine: bool = False
    unreviewed: bool = False


@dataclass(frozen=True, slots=True)
class NoteFacts:
    """Everything a note is written from. Spans are verbatim in the message they name; `labels` gives each
    message its m1, m2 …

    `others` names who wrote a message that is not simply the requester's.

    `told_text` is what the customer was told about the wait, in the agents' language. `draft` is a message
    that was not sent.
    """

    labels: Mapping[str, str]
    topic: str  # name of the topic, "" when none fits
    sentiment: str
    sentiment_span: Span | None
    language: str  # code of the customer's language, "" when not known
    wants: Span | None
    subject: str
    known: tuple[tuple[str, Span], ...]
    unread: tuple[tuple[str, str], ...]  # (file name, message id)
    deeds: tuple[Deed, ...]
    searched: bool
    nearest: Source | None
    hidden: tuple[str, ...]  # of HIDDEN_KINDS
    read: tuple[tuple[str, str], ...] = ()  # files whose words count as the message's
    lookalikes: tuple[str, ...] = ()  # words with letters of another alphabet that only look Latin
    reason: Reason | None = None
    detail: Detail = Detail.NONE
    asked: Span | None = None  # the words that decided the hand-off
    playbook: tuple[str, ...] = ()
    told: bool = True
    told_text: str = ""
    not_told_why: str = ""
    draft: Body | None = None
    story_url: str | None = None
    cut_words: Span | None = None  # cut from a message, though the question may be in it
    others: Mapping[str, OtherWriter] = field(default_factory=dict)  # by message id
    grave: tuple[tuple[FloorClass, Span], ...] = ()  # messages of the must-hand-off floor, the gravest first
    by_machine: bool = False  # no person wrote them
    unreviewed: bool = False  # no professional has read what the customer was told


def facts_of(
    ticket: Ticket,
    reading: Reading,
    handoff: Handoff | None,
    findings: Findings | None,
    *,
    told: bool = True,
    told_text: str = "",
    topic: Topic | None = None,
    deeds: Sequence[Deed] = (),
    draft: Body | None = None,
    story_url: str | None = None,
    grave: Grave | None = None,
) -> NoteFacts:
    """The facts of a ticket for its note. `deeds` are our earlier messages as the ledger knows them; without
    it they are only counted."""
    theirs = [
        message for message in ticket.messages if message.public and message.author.role is Role.CUSTOMER
    ]
    texts = {message.id: visible(message.whole) for message in ticket.messages}
    asked = (
        _found(reading.asks_person or reading.must_handoff, texts)
        if handoff and handoff.reason in _BY_WORDS
        else None
    )
    return NoteFacts(
        labels=labels(ticket),
        topic="" if reading.topic == "other" else reading.topic,
        sentiment=reading.sentiment,
        sentiment_span=next((span for span in reading.sentiment_spans if _found(span, texts)), None),
        language=reading.language if reading.language_known else "",
        wants=_wish(ticket, theirs, reading, texts),
        subject=_subject(ticket, handoff),
        known=_known(reading.entities, texts),
        unread=tuple((visible(name), message.id) for message in theirs for name in _not_read(message)),
        read=tuple(
            (visible(file.name), message.id)
            for message in theirs
            for file in message.files
            if file.text is not None
        ),
        deeds=tuple(deeds)
        or tuple(
            Deed("replied", (), m.id) for m in ticket.messages if m.public and m.author.role is Role.ASSISTANT
        ),
        searched=findings is not None,
        nearest=handoff.nearest if handoff else None,
        hidden=_hidden(theirs, reading),
        lookalikes=lookalikes("\n".join([ticket.subject, *(m.text for m in reversed(theirs))])),
        cut_words=_without_marks(reading.cut_words) if handoff and handoff.detail is Detail.EMPTY else None,
        reason=handoff.reason if handoff else None,
        detail=handoff.detail if handoff else Detail.NONE,
        asked=asked,
        playbook=topic.playbook if topic else (),
        told=told,
        told_text=told_text,
        not_told_why=visible(ticket.cannot_reply or ""),
        draft=draft,
        story_url=story_url,
        others=_others(theirs, ticket),
        grave=grave.found if grave else (),
        by_machine=grave is not None and grave.by_machine,
        unreviewed=told and grave is not None and grave.unreviewed,
    )


def _not_read(message: Message) -> list[str]:
    read = {file.name for file in message.files if file.text is not None}
    return [name for name in message.attachments if name not in read]


def _subject(ticket: Ticket, handoff: Handoff | None) -> str:
    """"A question" over a message without words says nothing."""
    subject = visible(ticket.subject)
    return (
        "" if handoff is not None and handoff.detail is Detail.EMPTY and not asks_alone(subject) else subject
    )


def _without_marks(span: Span | None) -> Span | None:
    """The span with what a reader needs of it: quote marks at the beginning of lines are left out of its
    text."""
    return replace(span, text=_QUOTE_MARKS.sub("", visible(span.text))) if span is not None else None


def _others(theirs: Sequence[Message], ticket: Ticket) -> dict[str, OtherWriter]:
    found = ((m, writer_of(m, ticket.requester)) for m in theirs)
    return {
        message.id: OtherWriter(writer, visible(message.author.name or message.author.email or ""))
        for message, writer in found if writer is not Writer.REQUESTER
    }


def labels(ticket: Ticket) -> dict[str, str]:
    """m1, m2 … for the public messages, oldest first: what a reader of the thread can count."""
    public = [message.id for message in ticket.messages if message.public]
    return {message: f"m{place}" for place, message in enumerate(public, start=1)}


def _wish(
    ticket: Ticket, theirs: Sequence[Message], reading: Reading, texts: Mapping[str, str]
) -> Span | None:
    """What the customer wants, in their own words: the newest question or request, else the newest sentence
    that says something."""
    said: list[Span] = []
    for message in reversed(theirs[-WISH_MESSAGES:]):
        text = (
            reading.question
            if message.id == reading.message
            else new_text(texts[message.id], known_of(ticket, message))[0]
        )
        spans = [
            Span(message.id, piece.start, piece.end, piece.text)
            for piece in pieces(text)
            if _says_something(piece.text)
        ]
        spans = [span for span in spans if _found(span, texts)]
        said += [s for s in spans if s.text.endswith("?")] + [s for s in spans if not s.text.endswith("?")]
    matter = [span for span in said if not _asks_person(span.text, reading)]
    wishes = (span for span in matter if span.text.endswith("?") or _WISHES.search(span.text))
    # A sentence that names an order, an amount or a day says more of the matter than the first one.
    about = (span for span in matter if any(fact.text in span.text for _, fact in reading.entities))
    return next(chain(wishes, about, matter, said), None)


def _says_something(sentence: str) -> bool:
    return len(sentence.split()) >= WISH_WORDS and not _GREETS.match(sentence)


def _asks_person(sentence: str, reading: Reading) -> bool:
    # "I want to talk to a person" says how they want it, not what.
    return reading.asks_person is not None and _folded(reading.asks_person.text) in _folded(sentence)


def _known(entities: Sequence[tuple[str, Span]], texts: Mapping[str, str]) -> tuple[tuple[str, Span], ...]:
    seen: dict[tuple[str, str], tuple[str, Span]] = {}
    for kind, span in entities:
        if _found(span, texts):
            seen.setdefault((kind, _folded(span.text)), (kind, span))
    return tuple(seen.values())


def _found(span: Span | None, texts: Mapping[str, str]) -> Span | None:
    # A fact that does not stand in the message it names is dropped: a wrong pointer is worse than a missing
    # fact.
    return (
        span
        if span is not None
        and _folded(span.text)
        and _folded(span.text) in _folded(texts.get(span.message, ""))
        else None
    )


def _hidden(theirs: Sequence[Message], reading: Reading) -> tuple[str, ...]:
    found = {kind for message in theirs for kind in strip_hidden(message.text)[1]} | set(reading.cut)
    return tuple(kind for kind in HIDDEN_KINDS if kind in found)


def _folded(text: str) -> str:
    return " ".join(visible(text).casefold().split())
