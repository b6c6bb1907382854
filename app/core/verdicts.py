"""Situation and verdict: what the core is given, and what it decides. All plain frozen data: equal inputs
give byte-equal verdicts."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.kinds import Fixed, Quiet, WhyNoWait
from config.policy import Detail, Reason
from connectors.records import Writer


@dataclass(frozen=True, slots=True)
class Passage:
    """A verbatim span of one article version. (article, version, start, end) is its identity; offsets count
    characters of `Source.text`.

    `kind` is `steps`, `bullets`, `table`, `text` or `heading`; in the first three the lines after the last
    blank line are items or rows. `own_time` marks a passage that states the company's own answering time:
    never quoted.
    """

    article: str
    version: str
    start: int
    end: int
    text: str
    title: str
    url: str | None
    updated_at: int  # microseconds
    section: str = ""
    kind: str = "text"
    own_time: bool = False
    locale: str = "en"
    first_step: int = 1  # the number of the first item, where a passage begins inside a numbered list


@dataclass(frozen=True, slots=True)
class Candidate:
    """One article found for a question, with its best passage. `score` is the fused score (0-1), `cosine` the
    raw best cosine."""

    passage: Passage
    score: float
    cosine: float
    lexical: float
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Findings:
    """The result of one search: candidates by falling score, and the probability (0-1) that the first holds
    the answer.

    `snapshot` names the index it was made on; `calibrated` is false while the shipped prior stands in for the
    desk's own labels.
    """

    candidates: tuple[Candidate, ...]
    p_right: float
    snapshot: str
    calibrated: bool = False
    articles: int = 0  # public articles in the snapshot
    features: Mapping[str, float] = field(default_factory=dict)
    # Of the same search without its first article, in which no first article can be right: a label for
    # calibration that costs nothing.
    left_out: Mapping[str, float] = field(default_factory=dict)
    # interval of `p_right` by the desk's own labels nearest to it; None while uncalibrated
    low: float | None = None
    high: float | None = None
    labels: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A word the reading rests on: offsets in the message's text."""

    message: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Voice:
    """One message of a turn: whose it is, their name ("" when the desk does not say), and what they say newly
    in it."""

    message: str
    writer: Writer
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read out of a ticket at its newest customer turn. `question` is the clean new text; nothing is
    decided yet.

    `settles` and `choice` rest on words of whose ticket it is; `settled_by_other` and `chosen_by_other` say
    that only somebody else did so.
    """

    turn: str  # what opened this turn: `m:<message id>` or `act:<id>`
    message: str | None  # newest customer message id
    question: str
    language: str
    language_known: bool
    topic: str
    automatic: str | None  # why it is not a person's mail, None when it is
    asks_person: Span | None
    must_handoff: Span | None
    asks_identity: bool = False
    denies: bool = False  # "that is not what I asked"
    settles: bool = False  # "thanks, solved"
    # "ok", a thumb, thanks: read, and nothing wanted; only where we or an agent have spoken before
    acknowledges: bool = False
    sentiment: str = "unread"  # frustrated | neutral | satisfied | unread
    sentiment_spans: tuple[Span, ...] = ()
    entities: tuple[tuple[str, Span], ...] = ()  # (kind, span)
    choice: str | None = None  # article id chosen in reply to our clarifying question
    cut: tuple[str, ...] = ()  # what was trimmed: quote, signature, hidden characters …
    voices: tuple[Voice, ...] = ()  # the turn's messages, oldest first
    # cut as a quote or a foot, though the question may be in it: nothing else is left, or nothing proves it
    cut_words: Span | None = None
    settled_by_other: bool = False
    chosen_by_other: bool = False

    @property
    def writer(self) -> Writer:
        """Who is answered: whoever wrote last."""
        return self.voices[-1].writer if self.voices else Writer.REQUESTER

    def writer_of(self, span: Span) -> Writer:
        """Whose words the span is. One of the subject is of whoever opened the ticket, with the turn's first
        message."""
        opened_by = self.voices[0].writer if self.voices else Writer.REQUESTER
        return next((v.writer for v in self.voices if v.message == span.message), opened_by)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence (or step list) of the body. Its text is verbatim from the passage it cites; `support` is
    1.0 for a verbatim quote."""

    text: str
    article: str
    version: str
    start: int
    end: int
    support: float = 1.0
    step: bool = False
    number: int = 0  # of its source in the message, from 1
    mark: str = ""  # what the page shows before a step and its text leaves out: `3.`


@dataclass(frozen=True, slots=True)
class Source:
    """A cited article as shown below the body. `url` already leads to the quote."""

    number: int
    article: str
    version: str
    title: str
    url: str | None
    updated_at: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the rule table as it was evaluated: the record of why."""

    rule: str
    hit: bool
    because: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """An answer to "how long". Either both bounds (seconds of wall clock from `as_of`) or the reason why
    there is none.

    `bound_at` is the moment 9 in 10 people have heard back by, already rounded as it is spoken.
    """

    typical_seconds: int | None
    bound_seconds: int | None
    bound_at: int | None
    why_not: WhyNoWait | None
    opens_at: int | None  # when closed now: the next opening
    ahead: int | None
    as_of: int
    version: str
    inputs: Mapping[str, float | str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """Cited passages, or a fixed one (then `sentences` is empty)."""

    sentences: tuple[Sentence, ...]
    sources: tuple[Source, ...]
    p_right: float | None
    fixed: Fixed | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One of the two articles a clarifying question offers."""

    letter: str
    article: str
    title: str


@dataclass(frozen=True, slots=True)
class Clarify:
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Confirm:
    """Ask before acting. Named here so that the union is final; actions come later."""

    action: str
    summary: str


@dataclass(frozen=True, slots=True)
class Handoff:
    reason: Reason
    detail: Detail
    route: str
    nearest: Source | None = None  # what came closest, for the unsure message and the note
    public: bool = True  # False: a note only (topic "leave it")


@dataclass(frozen=True, slots=True)
class Settle:
    """The customer says it is settled."""


@dataclass(frozen=True, slots=True)
class StayQuiet:
    why: Quiet


@dataclass(frozen=True, slots=True)
class Alert:
    """People have the ticket, or a machine wrote: a note about a grave message, nothing to the customer, the
    owner as it was.

    Not `urgent` for a machine's mail: it gets the note alone.
    """

    urgent: bool = True


Verdict = Answer | Clarify | Confirm | Handoff | Settle | StayQuiet | Alert

_NAMES: Mapping[type[Verdict], str] = {
    Answer: "answer",
    Clarify: "clarify",
    Confirm: "confirm",
    Handoff: "handoff",
    Settle: "settle",
    StayQuiet: "stay_quiet",
    Alert: "alert",
}


def verdict_name(verdict: Verdict) -> str:
    """The verdict's name as the ledger, the fields and the console write it."""
    return _NAMES[type(verdict)]


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict and the whole rule table behind it, in order, hits and misses."""

    verdict: Verdict
    hits: tuple[Hit, ...]
