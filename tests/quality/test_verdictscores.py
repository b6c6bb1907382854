"""Scores of a verdict, on literals."""

from __future__ import annotations

import pytest

from tests.quality.verdictscores import Outcome, Seen, area, curve, held_share, questions_ended, quotes

RETURNS = frozenset({"returns"})


def answered(*pages: str, right: frozenset[str] = RETURNS, quoted: str = "") -> Seen:
    return Seen(right, "answer", pages, quoted)


def test_an_answer_counts_as_right_by_its_first_source_alone() -> None:
    assert answered("returns", "refunds").outcome is Outcome.RIGHT
    assert answered("refunds", "returns").outcome is Outcome.WRONG


def test_an_answer_to_a_question_that_no_page_answers_is_wrong() -> None:
    assert answered("returns", right=frozenset()).outcome is Outcome.WRONG


def test_a_fixed_sentence_and_silence_are_no_answer() -> None:
    assert Seen(RETURNS, "answer").outcome is Outcome.OTHER
    assert Seen(RETURNS, "stay_quiet").outcome is Outcome.OTHER
    assert Seen(RETURNS, "clarify", ("returns", "refunds")).outcome is Outcome.ASKED
    assert Seen(RETURNS, "handoff").outcome is Outcome.HANDED_OFF


def test_each_row_has_one_outcome_of_those_printed() -> None:
    assert [*Outcome] == [
        "right_page_answered",
        "wrong_page_answered",
        "asked",
        "handed_off",
        "other_verdict",
    ]


def test_what_is_held_of_an_answer_ignores_word_forms_order_and_addresses() -> None:
    answer = "Refunds reach [your card](https://shop.example/help/cards) in five days."
    assert held_share(answer, "In five days a refund has reached your card, at once or later.") == 1.0
    assert held_share(answer, "Your card was refunded.") == pytest.approx(
        2 / 5
    )  # refund, card; not reach, five, day
    assert held_share(answer, "") == 0.0


def test_an_answer_of_stop_words_says_nothing_about_the_quote() -> None:
    assert held_share("It is so.", "It is so.") is None


def test_a_question_ends_when_a_page_of_its_own_is_quoted() -> None:
    both = [["refunds"], ["zips", "repairs"]]
    assert questions_ended(both, answered("refunds")) == 1
    assert questions_ended(both, answered("refunds", "repairs")) == 2
    assert questions_ended(both, answered("stores")) == 0


def test_a_mail_handed_off_ends_all_its_questions_and_a_question_back_none() -> None:
    assert questions_ended([["refunds"], ["zips"]], Seen(RETURNS, "handoff")) == 2
    assert questions_ended([["refunds"], ["zips"]], Seen(RETURNS, "clarify", ("refunds", "zips"))) == 0


def test_words_are_quoted_whatever_the_spacing() -> None:
    assert quotes(answered("returns", quoted="Worn shoes\nare not  covered."), "worn shoes are not covered")
    assert not quotes(answered("returns", quoted="Worn shoes are covered."), "worn shoes are not covered")
    assert not quotes(answered("returns", quoted="anything"), " ")


def test_the_curve_goes_from_the_surest_rows_to_all_of_them() -> None:
    judged = [(0.9, True)] * 10 + [(0.5, False)] * 10
    points = curve(judged)
    assert [(p.coverage, p.risk, p.threshold) for p in points] == [(0.5, 0.0, 0.9), (1.0, 0.5, 0.5)]
    assert all(p.low <= p.risk <= p.high for p in points)


def test_the_curve_has_at_most_twenty_points_and_they_never_go_back() -> None:
    points = curve([(n / 1000, n % 3 > 0) for n in range(1000)])
    assert len(points) == 20
    assert [p.coverage for p in points] == pytest.approx([n / 20 for n in range(1, 21)])


def test_rows_that_were_never_searched_cannot_be_covered() -> None:
    points = curve([(0.8, True), (None, False), (None, False), (None, False)])
    assert [(p.coverage, p.risk) for p in points] == [(0.25, 0.0)]
    assert curve([(None, False)]) == []


def test_the_area_is_the_mean_risk_on_the_way_down() -> None:
    assert area([(0.9, True), (0.8, False)]) == pytest.approx((0 + 1 / 2) / 2)
    assert area([(0.9, False), (0.8, True)]) == pytest.approx((1 + 1 / 2) / 2)
    assert area([(None, True)]) is None
