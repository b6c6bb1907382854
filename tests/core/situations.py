"""Literal situations for the tests of the rule table: one calm, answerable ticket, and what is changed about
it."""
from __future__ import annotations

from dataclasses import replace

from app.core.deciding.ownership import Owner
from app.core.deciding.rules import Situation
from app.core.memory import TicketMemory
from app.core.verdicts import Candidate, Findings, Passage, Reading, Span
from config.load import SHIPPED_POLICY, load_policy
from config.policy import Mode
from connectors.records import Status

NOW = 1_772_496_000_000_000
DAY = 86_400_000_000
POLICY = load_policy(SHIPPED_POLICY)
READING = Reading(
    turn="m:1",
    message="1",
    question="How long do I have to return shoes?",
    language="en",
    language_known=True,
    topic="returns",
    automatic=None,
    asks_person=None,
    must_handoff=None,
)
SPAN = Span("1", 0, 6, "person")


def candidate(
    article: str, score: float = 0.9, cosine: float = 0.8, lexical: float = 0.8, text: str | None = None
) -> Candidate:
    said = (
        f"Shoes may be returned to shop {article} within thirty days of delivery." if text is None else text
    )
    passage = Passage(
        article,
        "v1",
        0,
        len(said),
        said,
        f"Returning to {article}",
        f"https://help.example/{article}",
        NOW - DAY,
    )
    return Candidate(passage, score, cosine, lexical)


def findings(*candidates: Candidate, p_right: float = 0.9, articles: int = 40) -> Findings:
    return Findings(candidates, p_right, "snap", articles=articles)


SITUATION = Situation(
    reading=READING,
    owner=Owner.ASSISTANT,
    memory=TicketMemory(),
    policy=POLICY,
    mode=Mode.SEND,
    status=Status.NEW,
    now=NOW,
    findings=findings(candidate("north"), candidate("south", score=0.2)),
)


def situation(**changes: object) -> Situation:
    """The calm ticket with fields of the situation, the reading (`reading_…`) or the memory (`memory_…`)
    changed."""
    own = {k: v for k, v in changes.items() if not k.startswith(("reading_", "memory_"))}
    reading = {k.removeprefix("reading_"): v for k, v in changes.items() if k.startswith("reading_")}
    memory = {k.removeprefix("memory_"): v for k, v in changes.items() if k.startswith("memory_")}
    return replace(
        SITUATION, reading=replace(READING, **reading), memory=replace(TicketMemory(), **memory), **own
    )
