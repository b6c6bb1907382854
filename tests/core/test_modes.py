"""How far the assistant may really go: the wish, lowered by caps and by what is not proven."""
from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.deciding.modes import DeskFacts, effective_mode, names_an_ai
from config.floor import FloorClass
from config.load import SHIPPED_POLICY, load_policy
from config.policy import FloorEntry, Mode, lower

PROVEN = DeskFacts(
    sandbox=False, guard_proven=True, public_proven=True, bot_name="Larkfield AI assistant", calibrated=True
)
OWNED = {kind: FloorEntry(owner="Jane Roe") for kind in FloorClass}
SENDING = replace(load_policy(SHIPPED_POLICY), modes={("*", "*"): Mode.SEND}, floor=OWNED)


def mode(policy=SENDING, topic="other", ceiling=Mode.SEND, facts=PROVEN):
    return effective_mode(policy, "d1", topic, ceiling, facts)


def test_send_is_in_force_when_everything_is_proven():
    assert mode() == (Mode.SEND, "")


@pytest.mark.parametrize(("facts", "why"), [
    (replace(PROVEN, guard_proven=False), "guard"),
    (replace(PROVEN, calibrated=False), "calibrated"),
    (replace(PROVEN, bot_name="Maya from Larkfield"), "AI assistant"),
    (replace(PROVEN, public_proven=False), "CANDOR_PUBLIC_URL"),
])  # fmt: skip
def test_each_thing_that_is_not_proven_lowers_send_to_draft_and_says_why(facts, why):
    assert mode(facts=facts)[0] is Mode.DRAFT
    assert why in mode(facts=facts)[1]


def test_send_waits_until_each_class_of_the_floor_has_a_named_owner():
    without = replace(SENDING, floor={k: v for k, v in OWNED.items() if k is not FloorClass.DEATH})
    assert mode(without) == (
        Mode.DRAFT,
        "nobody is named who answers for death: set floor.<class>.owner in the policy",
    )
    assert "and 10 more classes" in mode(replace(SENDING, floor={}))[1]
    assert mode(without, facts=replace(PROVEN, sandbox=True))[0] is Mode.SEND


def test_an_admin_may_accept_uncalibrated_answers_but_nothing_else():
    accepting = replace(SENDING, accept_uncalibrated=True)
    assert mode(accepting, facts=replace(PROVEN, calibrated=False)) == (Mode.SEND, "")
    assert mode(accepting, facts=replace(PROVEN, guard_proven=False))[0] is Mode.DRAFT


def test_a_sandbox_desk_needs_no_public_address():
    assert mode(facts=replace(PROVEN, sandbox=True, public_proven=False)) == (Mode.SEND, "")


@pytest.mark.parametrize("ceiling", [Mode.WATCH, Mode.DRAFT])
def test_a_cap_lowers_the_wish_and_says_so(ceiling):
    assert mode(ceiling=ceiling) == (ceiling, "switched down by a cap")


def test_a_cap_never_raises_a_wish():
    watching = replace(SENDING, modes={("*", "*"): Mode.WATCH})
    assert mode(watching) == (Mode.WATCH, "")


def test_the_most_specific_wish_counts():
    policy = replace(
        SENDING, modes={("*", "*"): Mode.WATCH, ("*", "returns"): Mode.DRAFT, ("d1", "*"): Mode.SEND}
    )
    assert policy.wished_mode("d1", "returns") is Mode.SEND
    assert policy.wished_mode("d2", "returns") is Mode.DRAFT
    assert policy.wished_mode("d2", "other") is Mode.WATCH
    assert (
        replace(policy, modes={**policy.modes, ("d1", "returns"): Mode.WATCH}).wished_mode("d1", "returns")
        is Mode.WATCH
    )
    assert replace(policy, modes={}).wished_mode("d2", "other") is Mode.DRAFT


def test_the_more_careful_of_modes_wins():
    assert lower(Mode.SEND, Mode.WATCH, Mode.DRAFT) is Mode.WATCH
    assert lower(Mode.SEND, Mode.DRAFT) is Mode.DRAFT


@pytest.mark.parametrize("name", [
    "Larkfield AI assistant", "Larkfield (AI)", "Assistant IA", "KI-Assistent Larkfield", "Asistente",
    "Bot, Larkfield",
])  # fmt: skip
def test_a_name_that_says_what_writes(name):
    assert names_an_ai(name)


@pytest.mark.parametrize("name", ["", "Maya", "Larkfield Support", "Kia Aitken", "Maintenance team"])
def test_a_name_that_could_be_a_persons(name):
    assert not names_an_ai(name)
