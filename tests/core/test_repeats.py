"""What was sent before is not sent again: the pure part."""
from __future__ import annotations

from app.core.deciding.cite import compose
from app.core.deciding.repeats import anew, as_sent
from app.core.verdicts import Answer, Handoff
from config.policy import Detail, Reason
from tests.core.situations import candidate, findings
from tests.core.test_rules import verdict

WAX = "Warm the boots first. Rub the wax in with a cloth. Let them dry for a night. We are happy to help."
PEGS = "A spare peg costs two pounds. We are happy to help."


def answer(*texts: str) -> Answer:
    return compose([candidate(f"a{n}", text=text) for n, text in enumerate(texts)], p_right=0.9)


def sentences(*texts: str) -> frozenset[str]:
    return frozenset(as_sent(s.text) for s in answer(*texts).sentences)


def test_what_nobody_was_sent_stays_as_it_is():
    assert anew(answer(WAX), frozenset(), {"wax"}) == answer(WAX)


def test_an_answer_that_was_sent_whole_has_nothing_left():
    left = anew(answer(WAX), sentences(WAX), {"wax", "cloth"})
    assert (left.sentences, left.sources) == ((), ())


def test_layout_and_case_make_nothing_new():
    assert (
        anew(answer(WAX.replace("Rub", "RUB").replace(" the ", "  the ")), sentences(WAX), {"wax"}).sentences
        == ()
    )


def test_a_page_with_a_new_sentence_that_answers_is_quoted_whole():
    before = sentences("Warm the boots first. Rub the wax in with a cloth.")
    assert anew(answer(WAX), before, {"dry", "long"}).sentences == answer(WAX).sentences


def test_a_new_line_of_courtesy_alone_is_no_answer():
    before = sentences(WAX.replace(" We are happy to help.", ""))
    assert anew(answer(WAX), before, {"wax", "boot"}).sentences == ()


def test_the_second_page_does_not_stand_in_for_the_first():
    both = answer(WAX, PEGS)
    assert {s.number for s in both.sentences} == {1, 2}
    assert anew(both, sentences(WAX), {"peg", "wax"}).sentences == ()
    left = anew(both, sentences(PEGS), {"wax"})
    assert [s.article for s in left.sources] == ["a0"] and {s.article for s in left.sentences} == {"a0"}


def test_the_rules_hand_off_what_was_sent_before_also_when_the_customer_picked_the_page():
    found = findings(candidate("north"), candidate("south", score=0.2))
    sent = frozenset(as_sent(c.passage.text) for c in found.candidates)
    for changed in ({}, {"reading_choice": "south"}):
        handed = verdict(findings=found, sent=sent, **changed)
        assert isinstance(handed, Handoff)
        assert (handed.reason, handed.detail) == (Reason.UNSURE, Detail.ALREADY_ANSWERED)


def test_of_two_equal_pages_the_sent_one_is_not_offered_again():
    equal = findings(candidate("north", 0.80), candidate("south", 0.79))
    handed = verdict(findings=equal, sent=frozenset({as_sent(equal.candidates[0].passage.text)}))
    assert isinstance(handed, Handoff) and handed.detail is Detail.ALREADY_ANSWERED


def test_a_denial_hands_off_after_an_answer_and_means_nothing_before_one():
    assert verdict(reading_denies=True, memory_answered=1).detail is Detail.AFTER_ANSWER
    assert isinstance(verdict(reading_denies=True), Answer)
