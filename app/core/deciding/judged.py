"""Labels of past answers, from what people did: right, wrong, or nothing. Read from a ticket's record, oldest
first; nobody is asked anything."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Reasons of a hand-off that say of the answer before it that it did not settle the matter.
_NOT_SETTLED = frozenset({"customer_asked", "must_handoff", "unsure"})


@dataclass(frozen=True, slots=True)
class Judged:
    """One search that people have judged. `features` of it; `left_out` of the same search without its first
    page."""

    features: Mapping[str, float]
    left_out: Mapping[str, float]
    right: bool
    # sent_by_agent | agent_wrote_own | agent_stopped | settled | handed_off_after | handoff_not_needed
    why: str


_RIGHT = frozenset({"sent_by_agent", "settled", "handoff_not_needed"})


def judged(payloads: Sequence[Mapping[str, object]]) -> tuple[Judged, ...]:
    """The judged searches among the verdicts of one ticket.

    A draft is right when an agent sends it and wrong when they write their own reply instead; a sent answer
    is right when the customer says that it settled the matter, and wrong when the ticket goes to a person
    after it. "Stay out" before any of that is wrong too. The first act counts, but an agent's word on such a
    hand-off outweighs it: "not needed" makes the answer right, "may continue" takes the judgement back. "Not
    needed" also says of a hand-off for doubt that the nearest page was right. Silence is not a label.
    """
    found: list[Judged] = []
    for place, payload in enumerate(payloads):
        features, left_out, later = (
            _features(payload, "features"),
            _features(payload, "left_out"),
            payloads[place + 1 :],
        )
        said = _on_answer(payload, later) if _answers(payload) else _on_doubt(payload, later)
        if said is not None and features:
            found.append(Judged(features, left_out, said in _RIGHT, said))
    return tuple(found)


def _on_answer(answer: Mapping[str, object], later: Sequence[Mapping[str, object]]) -> str | None:
    said = _on_draft if answer.get("mode") == "draft" else _on_sent
    for place, payload in enumerate(later):
        judgement = said(payload)
        if judgement == "handed_off_after":
            return _on_hand_off(later[place + 1:])
        if judgement is not None or _answers(payload):
            return judgement
    return None


def _on_draft(later: Mapping[str, object]) -> str | None:
    happened = _events(later)
    words = (
        ("send_draft", "sent_by_agent"),
        ("agent_replied", "agent_wrote_own"),
        ("stay_out", "agent_stopped"),
    )
    return next((said for event, said in words if event in happened), None)


def _on_sent(later: Mapping[str, object]) -> str | None:
    decided = _verdict(later)
    if "stay_out" in _events(later):
        return "agent_stopped"
    if decided.get("kind") == "settle":
        return "settled"
    return (
        "handed_off_after"
        if decided.get("kind") == "handoff" and decided.get("reason") in _NOT_SETTLED
        else None
    )


def _on_hand_off(later: Sequence[Mapping[str, object]]) -> str | None:
    """What stays of the judgement that a hand-off makes of the answer before it."""
    for payload in later:
        if "not_needed" in _events(payload):
            return "handoff_not_needed"
        if "may_continue" in _events(payload):
            return None
        if _answers(payload):
            break
    return "handed_off_after"


def _on_doubt(payload: Mapping[str, object], later: Sequence[Mapping[str, object]]) -> str | None:
    """Of the hand-off whose note asks whether the nearest page settles the case."""
    decided = _verdict(payload)
    asks = (decided.get("kind"), decided.get("detail")) == ("handoff", "not_sure_enough") and payload.get(
        "mode"
    ) != "watch"
    return "handoff_not_needed" if asks and _on_hand_off(later) == "handoff_not_needed" else None


def _events(payload: Mapping[str, object]) -> Sequence[object]:
    events = payload.get("events")
    return events if isinstance(events, list) else []


def _verdict(payload: Mapping[str, object]) -> Mapping[str, object]:
    verdict = payload.get("verdict")
    return verdict if isinstance(verdict, Mapping) else {}


def _answers(payload: Mapping[str, object]) -> bool:
    verdict = _verdict(payload)
    return verdict.get("kind") == "answer" and not verdict.get("fixed") and payload.get("mode") != "watch"


def _features(payload: Mapping[str, object], name: str) -> Mapping[str, float]:
    findings = payload.get("findings")
    held = findings.get(name) if isinstance(findings, Mapping) else None
    return {str(k): float(v) for k, v in held.items()} if isinstance(held, Mapping) else {}
