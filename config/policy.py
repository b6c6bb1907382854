"""What a company may decide about its assistant, as frozen values. `load.py` reads them from YAML; the core
only ever sees these."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from config.floor import FloorClass


class Mode(StrEnum):
    """How far the assistant may go on a topic. Ordered: `lower` picks the more careful of two."""

    WATCH = "watch"
    DRAFT = "draft"
    SEND = "send"


def lower(*modes: Mode) -> Mode:
    """The most careful of the modes."""
    order = list(Mode)
    return min(modes, key=order.index)


class Reason(StrEnum):
    """Why a ticket went to a person. A closed list: metrics and fields rely on it."""

    CUSTOMER_ASKED = "customer_asked"
    UNSURE = "unsure"
    OUT_OF_SCOPE = "out_of_scope"
    MUST_HANDOFF = "must_handoff"
    APPROVAL_NEEDED = "approval_needed"
    FALLBACK = "fallback"
    CANNOT_REPLY_HERE = "cannot_reply_here"
    HELD_OUT = "held_out"
    FAILED = "failed"


class Detail(StrEnum):
    """The finer why of a hand-off or of keeping quiet, the second closed list."""

    NONE = "none"
    CONTRADICTION = "contradiction"
    NO_ARTICLES = "no_articles"
    NOTHING_CLOSE = "nothing_close"
    NOT_SURE_ENOUGH = "not_sure_enough"
    SEVERAL_FIT = "several_fit"
    ALREADY_ASKED = "already_asked"
    ALREADY_ANSWERED = "already_answered"  # nothing is found that was not sent before
    LANGUAGE = "language"
    UPSET = "upset"
    REPEATED = "repeated"
    CAP = "cap"
    INCIDENT = "incident"  # many people write the same right now
    # so many replies to one sender, over all of their tickets; nothing is said in public
    SENDER_CAP = "sender_cap"
    BY_HAND = "by_hand"
    SPEND = "spend"
    POISON = "poison"
    OLD_DELIVERY = "old_delivery"
    SOURCE_UNREACHABLE = "source_unreachable"  # whether a quoted page is still there could not be asked
    TOPIC = "topic"
    PHRASE = "phrase"
    PAGE_BUTTON = "page_button"
    IN_COPY = "in_copy"  # somebody in the ticket who is not its requester asked
    ASKED_BEFORE = "asked_before"
    AFTER_ANSWER = "after_answer"
    CHANNEL = "channel"
    CLOSED = "closed"
    EMPTY = "empty"
    FLOOR = "floor"  # the must-hand-off floor; which class stands in the note and the sealed texts alone


@dataclass(frozen=True, slots=True)
class Route:
    """Where a hand-off goes: a group by the name it has at the desk, said to the customer as `spoken`."""

    group: str
    spoken: Mapping[str, str] = field(default_factory=dict)  # language -> "our repairs team"
    # second group: when nobody of the first is there before the horizon, or the desk has no such group
    fallback: str | None = None
    desk: str | None = None  # another desk, None for the ticket's own
    # the group cannot see the customer's ticket (a private group): it gets an internal one, as another desk
    # does
    own_ticket: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """An intent the admin has named. `phrases` per language say which tickets it is about."""

    name: str
    title: Mapping[str, str]
    mode: Mode | None = None  # None: whatever `modes` says
    must_handoff: bool = False
    when_unsure: str = "handoff"  # handoff | leave (note only)
    route: str | None = None  # name of a Route, None for the default
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    playbook: tuple[str, ...] = ()  # next steps for the agent
    # share of answers that must be right; the threshold follows from the desk's own labels
    target_precision: float | None = None


@dataclass(frozen=True, slots=True)
class FloorEntry:
    """What a company adds to a class of the must-hand-off floor; none of it takes anything away.

    `owner` is who answers for the class, `reviewed_by` the professional who read its words. `line` (language
    -> text) follows the shipped sentence to the customer, `phrases` are looked for beside the shipped ones,
    `route` is where its tickets go.
    """

    owner: str = ""
    reviewed_by: str = ""
    route: str | None = None
    line: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hours:
    """When people work: minutes of the week, Monday 00:00 = 0, in `time_zone`; `closed` are local dates (ISO)
    nobody works."""

    time_zone: str
    intervals: tuple[tuple[int, int], ...]
    closed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Team:
    """The admin's own word on one group: the day-one prior of the wait. None: not told, and then no wait is
    promised."""

    group: str
    agents: float | None = None
    minutes_per_ticket: float | None = None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities (0-1) that the answer is right. `floor` is a cosine: below it the question is none of
    ours."""

    answer: float
    clarify: float
    draft: float
    floor: float
    clarify_gap: float  # how close two articles' scores must lie to ask which is meant


@dataclass(frozen=True, slots=True)
class Policy:
    """One immutable version of a company's policy."""

    version: int
    company: str
    # as customers know the sender: their page names it, and reworded notices may (`{assistant}`)
    assistant_name: str
    languages: tuple[str, ...]  # those it speaks; anybody else is answered in the default one, by people
    default_language: str
    modes: Mapping[tuple[str, str], Mode]  # (desk or "*", topic or "*") -> wished mode
    topics: tuple[Topic, ...]
    routes: Mapping[str, Route]
    default_route: str
    teams: tuple[Team, ...]
    hours: Hours
    thresholds: Thresholds
    announce_handoffs: bool = True
    answer_when: str = "always"  # always | when_closed
    max_replies_per_day: int = 3  # on one ticket
    max_replies_per_requester: int = 10  # in 24 hours, over all of their tickets
    incident_people: int = 20  # more people than this with the same words within 15 minutes are an incident
    max_replies_per_text: int = 3  # in 24 hours, of one sender with the same words
    reopen_after_days: int = 7  # solved so long, a new question in the ticket is the assistant's again
    repeat_days: int = 7  # in which no requester is sent the same twice on the same matter
    horizon_days: int = 5  # working days beyond which no wait is promised
    accept_uncalibrated: bool = False
    # language -> what the assistant can do, for the notice
    can_do: Mapping[str, str] = field(default_factory=dict)
    # kinds of action that are allowed; no key of the file names one while none is built
    actions: tuple[str, ...] = ()
    floor: Mapping[FloorClass, FloorEntry] = field(default_factory=dict)

    def spoken_to_in(self, language: str | None) -> str:
        """The language a customer reads us in, who writes in this one."""
        return language if language in self.languages else self.default_language

    def topic(self, name: str) -> Topic | None:
        return next((t for t in self.topics if t.name == name), None)

    def wished_mode(self, desk: str, topic: str) -> Mode:
        """The most specific wish: (desk, topic), (desk, *), (*, topic), the topic's own, (*, *), else
        draft."""
        for key in ((desk, topic), (desk, "*"), ("*", topic)):
            if key in self.modes:
                return self.modes[key]
        named = self.topic(topic)
        if named is not None and named.mode is not None:
            return named.mode
        return self.modes.get(("*", "*"), Mode.DRAFT)

    def route_of(self, topic: str) -> Route:
        named = self.topic(topic)
        return self.routes[(named.route if named and named.route else None) or self.default_route]

    def spoken(self, route: Route, group: str | None, language: str) -> str:
        """How a customer hears of the group that got a hand-off of the route: as the routes that lead to it
        say, "" when none does."""
        routes = (route, *self.routes.values())
        return next(
            (one.spoken[language] for one in routes if group == one.group and language in one.spoken), ""
        )

    def floor_entry(self, kind: FloorClass) -> FloorEntry:
        return self.floor.get(kind, FloorEntry())

    def floor_phrases(self) -> Mapping[FloorClass, tuple[str, ...]]:
        """The company's own phrases per class, of all languages."""
        return {
            kind: tuple(p for listed in entry.phrases.values() for p in listed)
            for kind, entry in self.floor.items()
        }

    def floor_without_owner(self) -> tuple[FloorClass, ...]:
        """The classes nobody answers for yet; real customers are not written to while there is one."""
        return tuple(kind for kind in FloorClass if not self.floor_entry(kind).owner)

    def team(self, group: str) -> Team:
        return next((t for t in self.teams if t.group == group), Team(group))
