"""The effective mode of a topic at a desk: the mode the policy wishes for, lowered by what is not proven."""
from __future__ import annotations

from dataclasses import dataclass

from config.floor import FloorClass
from config.policy import Mode, Policy, lower


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """What is known of a desk, for judging whether it may send."""

    sandbox: bool
    guard_proven: bool
    public_proven: bool  # a delivery came through the public address, so that links in messages work
    bot_name: str  # our user's public name at the desk
    calibrated: bool = False


# The sender's public name must say what it is, in any shipped language.
_AI_NAMES = ("ai", "ia", "ki", "assistant", "assistent", "assistente", "asistente", "bot")


def names_an_ai(name: str) -> bool:
    """True when a person reading this name knows that no person writes."""
    return any(word.strip("().,:") in _AI_NAMES for word in name.lower().replace("-", " ").split())


def _listed(classes: tuple[FloorClass, ...]) -> str:
    shown = ", ".join(classes[:3])
    return (
        shown
        if len(classes) <= 3
        else f"{shown} and {len(classes) - 3} more classes of the must-hand-off floor"
    )


def effective_mode(
    policy: Policy, desk: str, topic: str, ceiling: Mode, facts: DeskFacts
) -> tuple[Mode, str]:
    """The mode in force and, when it is lower than wished, why (for the console); "" otherwise."""
    wished = policy.wished_mode(desk, topic)
    mode = lower(wished, ceiling)
    if mode is not Mode.SEND:
        return mode, "" if mode is wished else "switched down by a cap"
    if not facts.guard_proven:
        return Mode.DRAFT, "the desk's guard against double replies is not proven: run connect again"
    if not (facts.calibrated or policy.accept_uncalibrated):
        return (
            Mode.DRAFT,
            "answers are not calibrated on this desk; set accept_uncalibrated to send all the same",
        )
    if not facts.sandbox and (unowned := policy.floor_without_owner()):
        return (
            Mode.DRAFT,
            f"nobody is named who answers for {_listed(unowned)}: set floor.<class>.owner in the policy",
        )
    if not names_an_ai(facts.bot_name):
        return Mode.DRAFT, f"the sender's name {facts.bot_name!r} does not say that it is an AI assistant"
    if not facts.public_proven and not facts.sandbox:
        return Mode.DRAFT, "no delivery has arrived through CANDOR_PUBLIC_URL yet"
    return Mode.SEND, ""
