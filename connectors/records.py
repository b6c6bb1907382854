"""The language between the rooms: what arrives from a desk, and what shall be done at one.

A vendor's own words stay inside its connector. Times are integer microseconds UTC; vendor ids are text,
unique within a desk only.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

# `Ticket.cannot_reply` where the desk no longer knows whose ticket it is.
REQUESTER_DELETED = "requester_deleted"


class Role(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"  # a human
    ASSISTANT = "assistant"  # our own user at the desk
    BOT = "bot"  # somebody else's bot, by the desk's allowlist
    SYSTEM = "system"


class Writer(StrEnum):
    """Whose words a message is, as its own ticket sees them: it decides what may follow from them.

    Anybody in a ticket may ask something, or for a person. Only whose ticket it is settles it, chooses, and
    is called by name.
    """

    REQUESTER = "requester"
    # an agent of the desk in a ticket of their own: a customer here, like any requester
    AGENT_REQUESTER = "agent_requester"
    COPIED = "copied"  # any other customer: in copy, a colleague, whose ticket it was before
    AGENT = "agent"
    ASSISTANT = "assistant"
    MACHINE = "machine"  # somebody else's bot, the desk itself, a mail that no person wrote

    @property
    def owns_ticket(self) -> bool:
        return self in (Writer.REQUESTER, Writer.AGENT_REQUESTER)


class Status(StrEnum):
    """The ticket states Candor tells apart; a vendor's own ones are mapped onto these in its connector."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    HOLD = "hold"
    SOLVED = "solved"
    CLOSED = "closed"  # no write is possible
    DELETED = "deleted"


class Subject(StrEnum):
    """What a delivery is about."""

    TICKET = "ticket"
    ARTICLE = "article"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook call, verified and parsed. A hint only: every decision is made on the ticket as re-read.

    `key` is stable over the desk's own retries of one delivery. `subject_id` is the vendor's id of the
    subject. `sent_at` is None, and `key_holds` a number of microseconds, where a desk gives its deliveries
    neither time nor id: the key then names one delivery among those received within that span, and none after
    it.
    """

    key: str
    subject: Subject
    subject_id: str
    sent_at: int | None
    account: str | None = None
    key_holds: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    role: Role
    name: str
    email: str | None = None
    locale: str | None = None
    time_zone: str | None = None  # IANA name
    staff: bool = False  # an agent of the desk, whatever their part in this ticket


FILE_GAP = "\n\n"  # between a message's text and its files


@dataclass(frozen=True, slots=True)
class File:
    """An attachment as the desk names it: `kind` its media type in lower case, `size` in bytes, `url` where
    its bytes lie.

    `shown` is part of a message's own body, such as a signature's picture. `text` are its words, once they
    were read.
    """

    name: str
    kind: str = ""
    size: int | None = None
    url: str = ""
    shown: bool = False
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One public reply or internal note. `text` is plain text as the desk gives it; `html` its HTML form when
    there is one."""

    id: str
    author: Person
    at: int
    public: bool
    text: str
    html: str | None = None
    channel: str = "web"
    # the desk's warnings, in our words: `auto_generated`, `not_the_requester`, `unverified` …
    flags: frozenset[str] = frozenset()
    # of a mail, lower-case names, where the desk keeps them
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[str, ...] = ()  # file names only
    files: tuple[File, ...] = ()  # the same, with what is known of each

    @property
    def read_files(self) -> tuple[tuple[int, str], ...]:
        """The texts of files that were read, each with its place in `whole`."""
        placed, at = [], len(self.text)
        for file in self.files:
            if file.text is not None:
                placed.append((at + len(FILE_GAP), file.text))
                at += len(FILE_GAP) + len(file.text)
        return tuple(placed)

    @property
    def whole(self) -> str:
        """The text and behind it the words of files that were read: what places in a message count in."""
        return FILE_GAP.join([self.text, *(text for _, text in self.read_files)])


_WRITERS = {
    Role.AGENT: Writer.AGENT,
    Role.ASSISTANT: Writer.ASSISTANT,
    Role.BOT: Writer.MACHINE,
    Role.SYSTEM: Writer.MACHINE,
}


def writer_of(message: Message, requester: Person) -> Writer:
    """Whose words the message is, in a ticket of this requester. A mail that no person wrote is told by its
    text, not here."""
    author = message.author
    if author.role is not Role.CUSTOMER:
        return _WRITERS[author.role]
    if author.id != requester.id:
        return Writer.COPIED
    return Writer.AGENT_REQUESTER if requester.staff else Writer.REQUESTER


@dataclass(frozen=True, slots=True)
class Stamp:
    """The ticket's version as last read: what a fenced write must still find.

    `value` is the desk's own text: a version, or a time of change. `desk_now` is the desk's clock (its `Date`
    header) at that read, `changed_at` the moment `value` names; a write is safe only when `desk_now` is past
    `changed_at` + 1 s (same-second guard). `read_at` is our clock at the read: past STAMP_FRESH the ticket is
    read again before a write.
    """

    value: str
    changed_at: int
    desk_now: int
    read_at: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as re-read now, with all its messages, oldest first (the opening message included)."""

    desk: str
    id: str
    subject: str
    status: Status
    requester: Person
    messages: tuple[Message, ...]
    stamp: Stamp
    created_at: int
    updated_at: int
    group: str | None = None
    assignee: str | None = None
    priority: str | None = None  # low | normal | high | urgent, None when unset
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)  # Candor's own fields by our names (see FIELDS)
    channel: str = "web"
    url: str = ""  # where an agent opens it
    cannot_reply: str | None = None  # why a public reply would not reach the customer, None when it would


# Candor's own ticket fields, by our names; each connector maps them to the desk's ids.
FIELDS = ("intent", "sentiment", "confidence", "handoff_reason", "promised_by", "urgency", "next_step")
# The values an agent can choose in the field *Candor: next step*.
NEXT_STEPS = ("send_draft", "continue", "stay_out", "not_needed")


@dataclass(frozen=True, slots=True)
class Change:
    """One act on a ticket by somebody, from the desk's history. `by_rule` is true for triggers, routing and
    automations."""

    id: str
    at: int
    actor: Role
    kind: str  # comment | note | assignee | group | status | field | tags | other
    by_rule: bool
    marker: str | None = None  # our key, when the change is one of ours


@dataclass(frozen=True, slots=True)
class ChangedTicket:
    """A line of the desk's list of changed tickets: enough to decide whether to read it."""

    id: str
    changed_at: int
    status: Status
    stamp: str


ARTICLE_KINDS = ("policy", "howto", "spec", "note")


def article_kind(labels: Sequence[str]) -> str:
    """What kind of article it is, where somebody set one of the kinds as a label; "" otherwise."""
    return next((kind for kind in ARTICLE_KINDS if kind in labels), "")


@dataclass(frozen=True, slots=True)
class Article:
    """A help-centre article as its source holds it. Unknown visibility is never public."""

    id: str
    title: str
    html: str
    public: bool
    updated_at: int
    locale: str = "en"
    url: str | None = None  # the desk's own page; None when the source has none
    section: str = ""
    labels: tuple[str, ...] = ()
    kind: str = ""  # one of ARTICLE_KINDS, "" when the source does not say
    stands: tuple[str, int] = ("", 0)  # file and line of a source of files: where a person finds it


@dataclass(frozen=True, slots=True)
class QueueSnapshot:
    """How many tickets wait for a person. `waiting` is None when the desk cannot say; never guessed."""

    group: str | None
    waiting: int | None
    as_of: int
    source: str


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    name: str


# What shall be done at the desk. All three carry fields, tags, group and status: one call where the desk can.
@dataclass(frozen=True, slots=True)
class PostReply:
    """A public reply. `html` is built by code only; `text` is the same message in plain text (the ledger's
    body hash is over it)."""

    html: str
    text: str
    fields: Mapping[str, str] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    group: str | None = None
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class PostNote:
    """An internal note, for agents only."""

    html: str
    text: str
    fields: Mapping[str, str] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    group: str | None = None
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class UpdateFields:
    fields: Mapping[str, str] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    group: str | None = None
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A new internal ticket, for a hand-off that crosses desks or groups which cannot share one."""

    subject: str
    html: str
    text: str
    group: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    priority: str | None = None


@dataclass(frozen=True, slots=True)
class RunAction:
    """A business action at the company's own system, approved and confirmed before."""

    name: str
    parameters: Mapping[str, str] = field(default_factory=dict)


Effect = PostReply | PostNote | UpdateFields | OpenTicket | RunAction


# What became of one write.
@dataclass(frozen=True, slots=True)
class Sent:
    """The desk committed it. `stamp` is the ticket's new version, None where the desk does not answer with
    one."""

    remote_id: str
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """The desk refused it: the ticket is not at the stamp any more. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The desk refused it for good; nothing was written. `why` is for people, in the desk's own words where
    it gave some."""

    why: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """The desk asks for a pause; nothing was written."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether it was written."""

    why: str


Outcome = Sent | Conflict | Refused | Later | Unknown


@dataclass(frozen=True, slots=True)
class Trace:
    """What the ticket's history holds of one of our writes, since a moment.

    `remote_id`: our write was found under this id. `others`: somebody else's act that a reply must not talk
    over is in that span (ours of the same plan and rule-made changes without a comment do not count).
    """

    remote_id: str | None
    others: bool
