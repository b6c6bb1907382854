"""What people's acts say of an answer: right, wrong, or nothing. Read from a ticket's record, oldest first; nobody is asked anything."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Reasons of a hand-off that say of the answer before it that it did not settle the matter.
_NOT_SETTLED = frozenset({"customer_asked", "must_handoff", "unsure"})


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer that people have judged. `features` of its search; `left_out` of the same search without its first page."""

    features: Mapping[str, float]
    left_out: Mapping[str, float]
    right: bool
    why: str  # sent_by_agent | settled | agent_wrote_own | handed_off_after


def judged(payloads: Sequence[Mapping[str, object]]) -> tuple[Judged, ...]:
    """The judged answers among the verdicts of one ticket.

    A draft is right when an agent sends it and wrong when they write their own reply instead; a sent answer is right when the customer says
    that it settled the matter, and wrong when the ticket goes to a person after it. The first act counts; silence is no label.
    """
    found: list[Judged] = []
    for place, payload in enumerate(payloads):
        features, left_out = _features(payload, "features"), _features(payload, "left_out")
        if _answers(payload) and features:
            said = next((said for later in payloads[place + 1:] if (said := _said(payload, later)) is not None), None)
            if said is not None and said != "answered_again":
                found.append(Judged(features, left_out, said in ("sent_by_agent", "settled"), said))
    return tuple(found)


def _said(answer: Mapping[str, object], later: Mapping[str, object]) -> str | None:
    events, verdict = later.get("events"), later.get("verdict")
    happened = events if isinstance(events, list) else []
    decided = verdict if isinstance(verdict, Mapping) else {}
    if answer.get("mode") == "draft":
        if "send_draft" in happened:
            return "sent_by_agent"
        if "agent_replied" in happened:
            return "agent_wrote_own"
    else:
        if decided.get("kind") == "settle":
            return "settled"
        if decided.get("kind") == "handoff" and decided.get("reason") in _NOT_SETTLED:
            return "handed_off_after"
    return "answered_again" if _answers(later) else None


def _answers(payload: Mapping[str, object]) -> bool:
    verdict = payload.get("verdict")
    return isinstance(verdict, Mapping) and verdict.get("kind") == "answer" and not verdict.get("fixed") and payload.get("mode") != "watch"


def _features(payload: Mapping[str, object], name: str) -> Mapping[str, float]:
    findings = payload.get("findings")
    held = findings.get(name) if isinstance(findings, Mapping) else None
    return {str(k): float(v) for k, v in held.items()} if isinstance(held, Mapping) else {}
