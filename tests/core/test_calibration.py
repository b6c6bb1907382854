"""What a desk's labels may say: a threshold only on enough of them, an interval always, and a fit only where
it beats the shipped prior."""
from __future__ import annotations

import random
from dataclasses import replace

import pytest

from app.core.deciding.calibration import Calibration, log_odds, loss, of_share, reliability
from app.core.deciding.judged import judged
from workers.knowledge.calibrate import Label, fit
from workers.knowledge.fuse import FEATURES


def made_of(pairs: list[tuple[float, bool]]) -> Calibration:
    return Calibration((), (), (), (), 1.0, 0.0, tuple(pairs))


def desk(n: int, *, prior_knows: bool, seed: int = 3) -> list[Label]:
    """A desk where the cosine tells right from wrong, and the shipped prior may or may not know."""
    draw = random.Random(seed)
    labels = []
    for number in range(n):
        truth = draw.random()
        right = draw.random() < truth
        features = dict.fromkeys(FEATURES, 0.5) | {
            "cosine_top": truth,
            "words_margin": truth * 3 + draw.random(),
        }
        labels.append(Label(f"t{number}", truth if prior_knows else 0.9, features, right))
    return labels


def test_the_threshold_of_a_target_is_the_lowest_that_reaches_it() -> None:
    pairs = [(0.9, True)] * 18 + [(0.9, False)] * 2 + [(0.5, True)] * 10 + [(0.5, False)] * 10
    found = made_of(pairs).setting(0.9)
    assert found is not None
    assert (found.threshold, found.precision, found.answered, found.labels) == (0.9, 0.9, 20, 40)
    assert found.low < 0.75 < 0.9 < found.high  # twenty labels say no more than this


def test_a_few_labels_offer_no_threshold_however_right_they_are() -> None:
    assert made_of([(0.9, True)] * 9).setting(0.8) is None
    assert made_of([(0.9, True)] * 10).setting(0.8) is not None


def test_a_threshold_never_cuts_between_equal_probabilities() -> None:
    assert made_of([(0.7, True)] * 12 + [(0.7, False)] * 12).setting(0.9) is None


def test_a_desk_whose_pages_the_prior_misjudges_gets_a_model_of_its_own() -> None:
    labels = desk(160, prior_knows=False)
    found = fit(labels)
    assert found is not None
    assert loss(found.pairs) < loss([(one.prior, one.right) for one in labels])
    sure, unsure = (
        found.probability(0.9, {**labels[0].features, "cosine_top": c, "words_margin": 3 * c + 0.5})
        for c in (0.95, 0.05)
    )
    assert sure > 0.6 > 0.4 > unsure


@pytest.mark.parametrize("labels", [
    desk(39, prior_knows=False),
    [replace(one, right=True) for one in desk(100, prior_knows=False)],
    [replace(one, right=False) for one in desk(100, prior_knows=False)],
    [],
])
def test_too_few_labels_or_only_one_kind_leave_the_prior_in_force(labels: list[Label]) -> None:
    assert fit(labels) is None


def test_labels_without_a_lesson_are_not_kept() -> None:
    draw = random.Random(5)
    blind = [replace(one, prior=0.5, right=draw.random() < 0.5) for one in desk(80, prior_knows=False)]
    assert fit(blind) is None


def test_the_interval_is_that_of_the_nearest_labels() -> None:
    model = made_of([(0.9, True)] * 30 + [(0.2, False)] * 30)
    low, high, n = model.interval(0.95)
    assert n == 30
    assert low == pytest.approx(of_share(30, 30)[0])
    assert model.interval(0.1)[1] < 0.2 < low <= high


def test_reliability_tells_each_range_that_has_labels() -> None:
    assert reliability([(0.1, False), (0.9, True), (0.95, False)]) == (
        (0.1, 0.0, 1),
        (pytest.approx(0.925), 0.5, 2),
    )


def test_log_odds_of_the_impossible_are_finite() -> None:
    assert -20 < log_odds(0.0) < 0 < log_odds(1.0) < 20


def verdict(
    kind: str, mode: str = "draft", events: tuple[str, ...] = (), **more: object
) -> dict[str, object]:
    return {"mode": mode, "events": list(events), "verdict": {"kind": kind, **more},
            "findings": {"features": {"cosine_top": 0.6}, "left_out": {"cosine_top": 0.3}}}


@pytest.mark.parametrize(("mode", "then", "right"), [
    ("draft", verdict("answer", fixed="draft", events=("send_draft",)), True),
    ("draft", verdict("stay_quiet", events=("agent_replied",)), False),
    ("send", verdict("settle", mode="send"), True),
    ("send", verdict("handoff", mode="send", reason="customer_asked"), False),
    ("draft", verdict("stay_quiet", events=("stay_out",)), False),
    ("send", verdict("stay_quiet", mode="send", events=("stay_out",)), False),
])
def test_what_people_do_next_judges_the_answer(mode: str, then: dict[str, object], right: bool) -> None:
    [found] = judged([verdict("answer", mode=mode), then])
    assert found.right is right
    assert found.left_out == {"cosine_top": 0.3}


@pytest.mark.parametrize("chain", [
    [verdict("answer")],  # silence is no label
    [verdict("answer", mode="watch"), verdict("stay_quiet", events=("agent_replied",))],  # nobody saw it
    [verdict("answer", fixed="identity"), verdict("stay_quiet", events=("agent_replied",))],
    [verdict("answer", mode="send"), verdict("handoff", mode="send", reason="cannot_reply_here")],
    [verdict("answer"), verdict("stay_quiet", events=("may_continue",))],
    [verdict("answer"), verdict("stay_quiet", events=("not_needed",))],  # there was no hand-off
    [verdict("handoff", reason="unsure", detail="not_sure_enough"), verdict("stay_quiet",
    events=("stay_out",))],
    [verdict("handoff", reason="customer_asked", detail="phrase"), verdict("stay_quiet",
    events=("not_needed",))],
    [verdict("clarify"), verdict("stay_quiet", events=("agent_replied",))],
])
def test_what_judges_nothing_is_no_label(chain: list[dict[str, object]]) -> None:
    assert judged(chain) == ()


def test_an_act_judges_the_newest_answer_before_it_alone() -> None:
    found = judged([verdict("answer"), verdict("answer"), verdict("stay_quiet", events=("agent_replied",))])
    assert [one.why for one in found] == ["agent_wrote_own"]


ASKED = verdict("handoff", mode="send", reason="customer_asked")
NOT_SURE = verdict("handoff", mode="send", reason="unsure", detail="not_sure_enough")


def chose(step: str) -> dict[str, object]:
    return verdict("stay_quiet", mode="send", events=(step,))


@pytest.mark.parametrize(("chain", "said"), [
    ([verdict("answer", mode="send"), ASKED, chose("not_needed")], [(True, "handoff_not_needed")]),
    ([verdict("answer", mode="send"), ASKED, chose("may_continue")], []),
    ([verdict("answer", mode="send"), ASKED, chose("stay_out")], [(False, "handed_off_after")]),
    ([verdict("answer", mode="send"), ASKED, chose("agent_replied"), chose("not_needed")], [(True,
    "handoff_not_needed")]),
    ([verdict("answer", mode="send"), ASKED, verdict("answer", mode="send"), chose("not_needed")], [(False,
    "handed_off_after")]),
    ([NOT_SURE, chose("not_needed")], [(True, "handoff_not_needed")]),
    ([NOT_SURE, chose("may_continue")], []),
    ([{**NOT_SURE, "mode": "watch"}, chose("not_needed")], []),
    ([verdict("answer", mode="send"), NOT_SURE, chose("not_needed")], [(True, "handoff_not_needed")] * 2),
])
def test_an_agents_word_on_a_hand_off_outweighs_what_it_seemed_to_say(
    chain: list[dict[str, object]], said: list[tuple[bool, str]]
) -> None:
    assert [(one.right, one.why) for one in judged(chain)] == said
