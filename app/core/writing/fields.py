"""Fields and tags of a verdict in the desk's own style, so that its views, triggers and reports work on our
results."""
from __future__ import annotations

from app.core.deciding.rules import Situation
from app.core.verdicts import Alert, Answer, Handoff, Verdict, verdict_name
from config.policy import Detail

TAG = "candor"
URGENT = "urgent"


def fields_and_tags(situation: Situation, verdict: Verdict) -> tuple[dict[str, str], tuple[str, ...]]:
    reading = situation.reading
    fields = {"intent": reading.topic, "sentiment": reading.sentiment}
    tags = [TAG, f"{TAG}_{verdict_name(verdict)}", f"intent__{reading.topic}"]
    if _is_urgent(verdict):
        fields["urgency"] = URGENT
        tags.append(f"{TAG}_{URGENT}")
    if isinstance(verdict, Answer) and verdict.p_right is not None:
        calibrated = situation.findings is not None and situation.findings.calibrated
        fields["confidence"] = (
            f"{verdict.p_right:.2f}" if calibrated else f"{verdict.p_right:.2f} (uncalibrated)"
        )
    if isinstance(verdict, Handoff):
        fields["handoff_reason"] = verdict.reason.value
        tags.append(f"handoff__{verdict.reason.value}")
    return fields, tuple(tags)


def _is_urgent(verdict: Verdict) -> bool:
    """Whether views and triggers of the desk put it first. One neutral word: the class stands in the note
    alone."""
    return (
        verdict.urgent
        if isinstance(verdict, Alert)
        else isinstance(verdict, Handoff) and verdict.detail is Detail.FLOOR
    )
