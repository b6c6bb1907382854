"""What to do with a ticket: a table read from top to bottom. The first rule that hits decides; hits and
misses are kept.

Rules below `SEARCH` need the findings of a search. `decide` returns None when it gets that far without them:
search, then ask again.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.core.deciding.cite import compose, source_of
from app.core.deciding.ownership import Owner
from app.core.deciding.repeats import anew
from app.core.kinds import Act, Fixed, Quiet
from app.core.memory import TicketMemory
from app.core.reading.floor import Flag, gravest
from app.core.verdicts import (
    Alert,
    Answer,
    Candidate,
    Clarify,
    Decision,
    Findings,
    Handoff,
    Hit,
    Option,
    Reading,
    Settle,
    Source,
    StayQuiet,
    Verdict,
)
from config.floor import FloorClass
from config.policy import Detail, Mode, Policy, Reason
from connectors.clock import DAY
from connectors.records import Status

ASKED_PERSON_DAYS = 30
UPSET_MESSAGES = 2
# Both pages of a toss-up speak closely of the question. On the demo shop's own questions such pairs with half
# the policy's gap between them are 4 in 100, and in 3 of 10 of those the first page is the wrong one.
CLOSE_COSINE = 0.5
# All that the rule table may say of it: the class stands in the note and the sealed texts alone.
GRAVE = "words of the must-hand-off floor"


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision rests on. `mode` is the effective one; `served` the languages the index's model
    understands."""

    reading: Reading
    owner: Owner
    memory: TicketMemory
    policy: Policy
    mode: Mode
    status: Status
    now: int
    handled: bool = False  # this turn has a verdict already
    found_at_desk: bool = False  # words of ours that our rows do not know answer it
    foreign: bool = False  # the customer has read words of ours that our rows do not know
    cannot_reply: str | None = None
    other_bot: bool = False
    # somebody has solved the ticket after the customer's newest message, without a word
    solved_since: bool = False
    asked_person_at: int | None = None  # by this customer, on any ticket
    fallback: str = ""  # that people were given this topic by hand, for the record; "" while they were not
    incident: str = ""  # why the topic is with people because many write the same, "" while it is not
    pressed_by_other: bool = False  # the page's button, by whose ticket it was before
    act: str | None = None  # of `Act`: what was asked for apart from a message
    open_now: bool = True
    served: frozenset[str] = frozenset({"en"})
    findings: Findings | None = None
    floor: tuple[Flag, ...] = ()  # grave messages people were not told of yet, the gravest first
    floor_known: frozenset[FloorClass] = frozenset()  # classes people were told of on this ticket
    # sentences sent before on this ticket, or to its requester on the same matter (`as_sent`)
    sent: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()  # the content words of what is asked now
    # a person's act came before our words to this turn went out: they are kept for agents, as a note
    kept: bool = False
    bar: float | None = None  # the probability an answer needs, by the desk's own labels; None: the policy's

    @property
    def answers_requester(self) -> bool:
        """Whether what is said now answers whose ticket it is; what answers somebody else calls nobody by
        name."""
        return self.act in (Act.PERSON, Act.ASSISTANT) or self.reading.writer.owns_ticket


@dataclass(frozen=True, slots=True)
class Rule:
    """`test` says why the rule hits, "" when it does not; `verdict` is what it then decides."""

    name: str
    test: Callable[[Situation], str]
    verdict: Callable[[Situation], Verdict]


def decide(situation: Situation) -> Decision | None:
    """The verdict and the rules read on the way to it; None when a search is wanted first."""
    hits: list[Hit] = []
    for rule in BEFORE_SEARCH if situation.findings is None else (*BEFORE_SEARCH, *SEARCH):
        because = rule.test(situation)
        hits.append(Hit(rule.name, bool(because), because))
        if because:
            return Decision(rule.verdict(situation), tuple(hits))
    assert situation.findings is None, "with findings the last rule always hits"
    return None


def _quiet(why: Quiet) -> Callable[[Situation], Verdict]:
    return lambda s: StayQuiet(why)


def _handoff(reason: Reason, detail: Detail, public: bool = True) -> Callable[[Situation], Verdict]:
    def make(s: Situation) -> Verdict:
        topic = s.policy.topic(s.reading.topic)
        leave = (
            reason in (Reason.UNSURE, Reason.OUT_OF_SCOPE)
            and topic is not None
            and topic.when_unsure == "leave"
        )
        route = (topic.route if topic else None) or s.policy.default_route
        told = public and not leave and not s.kept and s.cannot_reply is None
        return Handoff(reason, detail, route, nearest(s), told)

    return make


def _grave_to_people(s: Situation) -> Verdict:
    kind = gravest(_by_people(s))
    assert kind is not None, "the rule hits on flags alone"
    route = s.policy.floor_entry(kind).route or s.policy.default_route
    return Handoff(Reason.MUST_HANDOFF, Detail.FLOOR, route, None, s.cannot_reply is None)


def _by_people(s: Situation) -> tuple[Flag, ...]:
    return tuple(flag for flag in s.floor if not flag.machine)


def _new_class(s: Situation) -> bool:
    """Whether people who have the ticket were not told of this class yet: once per class and ticket."""
    return any(flag.kind not in s.floor_known for flag in _by_people(s))


def nearest(s: Situation) -> Source | None:
    """The page that came closest, for saying so honestly; None below the floor, where naming it would
    mislead."""
    top = s.findings.candidates[0] if s.findings and s.findings.candidates else None
    if top is None or top.cosine < s.policy.thresholds.floor:
        return None
    return source_of(top)


def silenced(s: Situation, decision: Decision, why: str) -> Decision:
    """The decision where one more reply to its sender is too many: people get the ticket, and nothing is said
    in public."""
    hit = Hit("too many replies to this sender", True, why)
    return Decision(_handoff(Reason.FALLBACK, Detail.SENDER_CAP, public=False)(s), (*decision.hits, hit))


def doubt(s: Situation) -> Verdict:
    """The honest end when an answer does not hold."""
    return _handoff(Reason.UNSURE, Detail.NOT_SURE_ENOUGH)(s)


def _upset(s: Situation) -> str:
    if s.reading.sentiment != "frustrated":
        return ""
    if s.memory.answered:
        return "frustrated after an answer of ours"
    return "frustrated in two messages" if s.memory.frustrated + 1 >= UPSET_MESSAGES else ""


def _asked_for_person(s: Situation) -> Verdict:
    asked = s.reading.asks_person
    mine = asked is None or s.reading.writer_of(asked).owns_ticket
    return _handoff(Reason.CUSTOMER_ASKED, Detail.PHRASE if mine else Detail.IN_COPY)(s)


def _capped(s: Situation) -> str:
    recent = sum(1 for at in s.memory.replies if at > s.now - DAY)
    return f"{recent} replies in 24 hours" if recent >= s.policy.max_replies_per_day else ""


def _nothing_to_read(s: Situation) -> str:
    if not s.reading.question.strip():
        return "no text of the customer's own"
    return (
        "more than half was cut, and nothing proves that it is a quote"
        if s.reading.cut_words is not None
        else ""
    )


def _asked_before(s: Situation) -> str:
    if s.asked_person_at is None or s.now - s.asked_person_at > ASKED_PERSON_DAYS * DAY:
        return ""
    return "asked for a person within 30 days"


def _denied(s: Situation) -> str:
    return "says that our answer was none" if s.reading.denies and s.memory.answered else ""


def _sent_before(s: Situation) -> str:
    """Whether all that would be said was said before: by the page the customer picked, or by the nearest
    one."""
    if not s.sent or s.findings is None:
        return ""
    chosen = _picked(s)
    if chosen is None and (_below_floor(s) or s.findings.p_right < s.policy.thresholds.clarify):
        return ""
    answer = chosen or _composed(s)
    return (
        "nothing that was not sent before"
        if answer.sentences and not anew(answer, s.sent, s.asked).sentences
        else ""
    )


def _candidates(s: Situation) -> tuple[Candidate, ...]:
    return s.findings.candidates if s.findings else ()


def _below_floor(s: Situation) -> str:
    best = max((c.cosine for c in _candidates(s)), default=-1.0)
    floor = s.policy.thresholds.floor
    return f"nearest {best:.2f} below the floor {floor:.2f}" if best < floor else ""


def _chosen(s: Situation) -> Answer | None:
    """What is new in the answer out of the article the customer picked in reply to our question."""
    picked = _picked(s)
    return anew(picked, s.sent, s.asked) if picked is not None else None


def _picked(s: Situation) -> Answer | None:
    if s.findings is None or s.reading.choice is None:
        return None
    picked = tuple(c for c in s.findings.candidates if c.passage.article == s.reading.choice)
    answer = compose(picked, p_right=None, max_articles=1, question=s.reading.question)
    return answer if answer.sentences else None


def _threshold(s: Situation) -> float:
    # In draft mode a person reads before anything is sent, so the bar is the draft's.
    if s.mode is Mode.DRAFT:
        return s.policy.thresholds.draft
    return s.policy.thresholds.answer if s.bar is None else s.bar


def _confident(s: Situation) -> str:
    if s.findings is None or s.findings.p_right < _threshold(s):
        return ""
    return f"p {s.findings.p_right:.2f} >= {_threshold(s):.2f}" if _answer(s).sentences else ""


def _answer(s: Situation) -> Answer:
    return anew(_composed(s), s.sent, s.asked)


def _composed(s: Situation) -> Answer:
    assert s.findings is not None
    return compose(
        s.findings.candidates, p_right=s.findings.p_right, max_articles=2, question=s.reading.question
    )


def _two_fit(s: Situation) -> str:
    if s.findings is None or len(_candidates(s)) < 2 or s.findings.p_right < s.policy.thresholds.clarify:
        return ""
    first, second = _candidates(s)[:2]
    gap = first.score - second.score
    near = gap <= s.policy.thresholds.clarify_gap and second.cosine >= s.policy.thresholds.floor
    return f"two articles {gap:.2f} apart" if near else ""


def _equal(s: Situation) -> str:
    """Two articles so close that answering from the first would be a coin toss."""
    because = _two_fit(s)
    if not because or s.memory.clarified:
        return ""
    first, second = _candidates(s)[:2]
    both_near = min(first.cosine, second.cosine) >= CLOSE_COSINE
    return because if both_near and first.score - second.score <= s.policy.thresholds.clarify_gap / 2 else ""


def _clarify(s: Situation) -> Verdict:
    pair = _candidates(s)[:2]
    return Clarify(
        tuple(
            Option(letter, c.passage.article, c.passage.title) for letter, c in zip("AB", pair, strict=True)
        )
    )


def _says(condition: Callable[[Situation], object], because: str) -> Callable[[Situation], str]:
    return lambda s: because if condition(s) else ""


BEFORE_SEARCH: tuple[Rule, ...] = (
    Rule(
        "turn has a verdict",
        _says(lambda s: s.handled, "this turn was decided before"),
        _quiet(Quiet.ALREADY_ANSWERED),
    ),
    Rule(
        "found at the desk",
        _says(lambda s: s.found_at_desk, "words of ours answer it, which our rows do not know"),
        _quiet(Quiet.FOUND_AT_DESK),
    ),
    Rule(
        "ticket is gone",
        _says(lambda s: s.status in (Status.CLOSED, Status.DELETED), "nothing can be written into it"),
        _quiet(Quiet.CLOSED),
    ),
    # The floor: before everything that ends in silence, and before what the words ask for otherwise.
    Rule(
        "grave, and people have it",
        _says(lambda s: s.owner is Owner.PEOPLE and _new_class(s), GRAVE),
        lambda s: Alert(),
    ),
    Rule("grave", _says(lambda s: s.owner is Owner.ASSISTANT and _by_people(s), GRAVE), _grave_to_people),
    Rule(
        "grave words in a machine's mail",
        _says(lambda s: s.floor and not _by_people(s), GRAVE),
        lambda s: Alert(urgent=False),
    ),
    Rule(
        "pressed on somebody else's page",
        _says(lambda s: s.pressed_by_other, "the ticket has changed hands since"),
        _quiet(Quiet.NOT_THE_REQUESTER),
    ),
    Rule(
        "person asked for on the page",
        _says(lambda s: s.act == Act.PERSON and (s.owner is Owner.ASSISTANT or s.kept), "pressed the button"),
        _handoff(Reason.CUSTOMER_ASKED, Detail.PAGE_BUTTON),
    ),
    Rule(
        "our own reply failed",
        _says(lambda s: s.act == Act.FAILED and s.owner is Owner.ASSISTANT, "the desk would not take it"),
        _handoff(Reason.FAILED, Detail.NONE),
    ),
    Rule(
        "its source could not be asked",
        _says(
            lambda s: s.act == Act.SOURCE_UNREACHABLE and s.owner is Owner.ASSISTANT,
            "whether a page it quoted is still there",
        ),
        _handoff(Reason.FAILED, Detail.SOURCE_UNREACHABLE),
    ),
    Rule(
        "people own it",
        _says(lambda s: s.owner is Owner.PEOPLE and not s.kept, "a person has taken it"),
        _quiet(Quiet.PEOPLE_OWN_IT),
    ),
    Rule(
        "nothing new from the customer",
        _says(
            lambda s: s.reading.message is None or s.act not in (None, Act.ASSISTANT),
            "no newer public message",
        ),
        _quiet(Quiet.NOTHING_NEW),
    ),
    Rule(
        "solved meanwhile",
        _says(lambda s: s.solved_since and not s.kept, "solved after the customer's message"),
        _quiet(Quiet.CLOSED),
    ),
    Rule("automatic mail", lambda s: s.reading.automatic or "", _quiet(Quiet.AUTOMATIC)),
    Rule(
        "another bot has answered",
        _says(lambda s: s.other_bot, "a newer public reply of another bot"),
        _quiet(Quiet.OTHER_BOT),
    ),
    Rule(
        "cannot reply here",
        lambda s: s.cannot_reply or "",
        _handoff(Reason.CANNOT_REPLY_HERE, Detail.CHANNEL, public=False),
    ),
    Rule(
        "asks for a person",
        # Who presses for the assistant takes back what they wrote before.
        lambda s: s.reading.asks_person.text if s.reading.asks_person and s.act != Act.ASSISTANT else "",
        _asked_for_person,
    ),
    Rule(
        "must be handed off",
        lambda s: s.reading.must_handoff.text if s.reading.must_handoff else "",
        _handoff(Reason.MUST_HANDOFF, Detail.TOPIC),
    ),
    Rule(
        "asks what we are",
        _says(lambda s: s.reading.asks_identity, "asks whether this is a person"),
        lambda s: Answer((), (), None, fixed=Fixed.IDENTITY),
    ),
    Rule(
        "says it is settled",
        _says(lambda s: s.reading.settles and s.memory.answered, "thanks, settled"),
        lambda s: Settle(),
    ),
    Rule(
        "somebody else says it is settled",
        _says(lambda s: s.reading.settled_by_other, "not from whose ticket it is"),
        _quiet(Quiet.NOT_THE_REQUESTER),
    ),
    Rule(
        "only acknowledges",
        _says(lambda s: s.reading.acknowledges, "read, and nothing is wanted"),
        _quiet(Quiet.ACKNOWLEDGED),
    ),
    Rule("asked for a person lately", _asked_before, _handoff(Reason.CUSTOMER_ASKED, Detail.ASKED_BEFORE)),
    Rule("upset", _upset, _handoff(Reason.MUST_HANDOFF, Detail.UPSET)),
    Rule("denies our answer", _denied, _handoff(Reason.MUST_HANDOFF, Detail.AFTER_ANSWER)),
    Rule(
        "people are at work",
        _says(lambda s: s.policy.answer_when == "when_closed" and s.open_now, "answers only when closed"),
        _quiet(Quiet.NOT_YET),
    ),
    # Below the words that ask for a person or demand one, which no switch may touch; above everything the
    # assistant would work out itself.
    Rule("many people write the same", lambda s: s.incident, _handoff(Reason.FALLBACK, Detail.INCIDENT)),
    Rule("given to people by hand", lambda s: s.fallback, _handoff(Reason.FALLBACK, Detail.BY_HAND)),
    Rule("too many replies", _capped, _handoff(Reason.FALLBACK, Detail.CAP)),
    Rule("nothing to read", _nothing_to_read, _handoff(Reason.UNSURE, Detail.EMPTY)),
    Rule(
        "language not served",
        lambda s: s.reading.language if s.reading.language not in s.served else "",
        _handoff(Reason.UNSURE, Detail.LANGUAGE),
    ),
    Rule(
        "somebody else chose a page",
        _says(lambda s: s.reading.chosen_by_other, "not from whose ticket it is"),
        _handoff(Reason.UNSURE, Detail.ALREADY_ASKED),
    ),
)
SEARCH: tuple[Rule, ...] = (
    Rule(
        "no articles",
        _says(lambda s: s.findings is not None and s.findings.articles == 0, "the help centre is empty"),
        _handoff(Reason.UNSURE, Detail.NO_ARTICLES),
    ),
    Rule("sent before", _sent_before, _handoff(Reason.UNSURE, Detail.ALREADY_ANSWERED)),
    Rule(
        "customer chose a page",
        _says(_chosen, "picked one of our two options"),
        lambda s: _chosen(s) or StayQuiet(Quiet.NOTHING_NEW),
    ),
    Rule("nothing comes close", _below_floor, _handoff(Reason.OUT_OF_SCOPE, Detail.NOTHING_CLOSE)),
    Rule("two pages fit equally", _equal, _clarify),
    Rule("sure enough", _confident, _answer),
    Rule("two pages fit", lambda s: "" if s.memory.clarified else _two_fit(s), _clarify),
    Rule("two pages fit, asked before", _two_fit, _handoff(Reason.UNSURE, Detail.ALREADY_ASKED)),
    Rule("not sure", lambda s: "nothing above decided", doubt),
)
