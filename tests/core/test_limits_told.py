"""What the assistant says that it cannot do, out of what it can."""
from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.reading.our_words import without_own_sentences
from app.core.verdicts import Handoff
from app.core.writing import messages
from app.core.writing.limits_told import GIVEN_BY, Ability, abilities, limits_key
from app.core.writing.messages import check_words
from config.policy import Detail, Reason
from config.wording import LANGUAGES, WordingError, Words, load_words
from tests.golden.messages.cases import FRAME, KINDS, cited

WORDS = {language: load_words(language) for language in LANGUAGES}
EN = WORDS["en"]
SEES, CHANGES = Ability.SEE_ORDERS, Ability.CHANGE_ORDERS
LOOKUP = {"order_lookup": frozenset({SEES}), "order_change": frozenset({SEES, CHANGES})}
LACKING = {
    frozenset(): "I can't see or change orders",
    frozenset({SEES}): "I can't change orders",
    frozenset({CHANGES}): "I can't see orders",
}


def opening(able: frozenset[Ability], language: str = "en", first: bool = True) -> str:
    frame = replace(FRAME, able=able, language=language, first=first)
    return messages.answer(cited(language), frame, WORDS[language]).text.split("\n")[0]


def test_what_is_allowed_decides_what_can_be_done() -> None:
    assert abilities((), LOOKUP) == frozenset()
    assert abilities(("order_lookup",), LOOKUP) == {SEES}
    assert abilities(("order_lookup", "order_change"), LOOKUP) == {SEES, CHANGES}
    assert abilities(("an action of a later release",), LOOKUP) == frozenset()


def test_no_action_is_built_so_none_is_promised() -> None:
    assert abilities(("order_lookup", "order_change")) == frozenset() and not GIVEN_BY


@pytest.mark.parametrize(("able", "told"), LACKING.items())
def test_the_clause_changes_with_what_can_be_done(able: frozenset[Ability], told: str) -> None:
    assert opening(able) == (
        f"Hi Maya, I'm Larkfield's AI assistant. I answer from our help centre; {told}, but a person is "
        f"here whenever you'd like one."
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_every_ability_nothing_is_said_to_be_lacking(language: str) -> None:
    assert limits_key(frozenset(Ability)) is None
    told = opening(frozenset(Ability), language)
    assert not any(
        text in told for key, text in WORDS[language].texts.items() if key.startswith("message.limits.")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_lack_has_its_words_and_only_the_first_message_says_them(language: str) -> None:
    for able in LACKING:
        clause = WORDS[language].texts[limits_key(able) or ""]
        assert clause in opening(able, language)
        assert clause not in opening(able, language, first=False)


@pytest.mark.parametrize("kind", ["answer", "clarify", "fixed_identity"])
def test_answer_question_and_identity_say_it(kind: str) -> None:
    make, frame = KINDS[kind]
    assert "I can't see or change orders" in make("en", EN, frame).text


@pytest.mark.parametrize("reason", [Reason.UNSURE, Reason.OUT_OF_SCOPE, Reason.CUSTOMER_ASKED,
Reason.MUST_HANDOFF, Reason.FALLBACK])
def test_a_hand_off_says_it_only_where_it_is_why_people_get_the_ticket(reason: Reason) -> None:
    told = messages.handoff(Handoff(reason, Detail.NONE, "support"), "", "", FRAME, EN).text
    assert ("can't see or change orders" in told) is (reason in (Reason.UNSURE, Reason.OUT_OF_SCOPE))


@pytest.mark.parametrize("key", ["message.notice.first_limits", "message.notice.handing_limits"])
def test_words_that_leave_the_limits_out_are_refused_and_never_said(key: str) -> None:
    silent = Words("en", {**EN.texts, key: "{hello} I'm {company}'s AI assistant. {can_do}."}, EN.lists)
    with pytest.raises(WordingError, match="it must say what the assistant cannot do"):
        check_words(silent, EN)


def test_a_customer_who_says_the_same_of_themselves_keeps_their_words() -> None:
    theirs = "I can't see or change orders on your page. Why?"
    assert without_own_sentences(theirs, WORDS) == theirs


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["clarify", "handoff_unsure_not_sure_enough"])
def test_quoted_back_it_is_ours(kind: str, language: str) -> None:
    make, frame = KINDS[kind]
    notice = make(language, WORDS[language], replace(frame, language=language)).text.split("\n")[0]
    clause = WORDS[language].texts["message.limits.see_orders_and_change_orders"]
    left = without_own_sentences(f"Where is my parcel?\n\n{notice}", WORDS)
    assert clause in notice and clause not in left and left.startswith("Where is my parcel?")
