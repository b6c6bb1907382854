from dataclasses import replace
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.deciding.cite import compose, verify, without
from app.core.sentences import pieces
from app.core.verdicts import Candidate, Passage
from app.core.writing.links import deep_link

RETURNS = (
    "Returning an item\n"
    "You can return shoes within 30 days of delivery if they are unworn. Socks, e.g. hiking socks, can't be "
    "returned. Sale items can.\n"
    "To return shoes:\n"
    "1. Open Your orders.\n"
    "2. Choose the pair.\n"
    "3. Select Return an item and print the label.\n"
    "Anything else\n"
    "Ask us by mail."
)
REFUNDS = (
    "Refunds reach your card 5–7 working days after we receive the parcel. Gift cards are refunded at once."
)


def passage(
    text: str, *, article: str = "returns", at: int = 0, title: str = "Returning an item", **more: object
) -> Passage:
    made = Passage(
        article,
        "v1",
        at,
        at + len(text),
        text,
        title,
        f"https://help.example/{article}",
        1_772_000_000_000_000,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def found(*scored: tuple[Passage, float]) -> tuple[Candidate, ...]:
    return tuple(Candidate(p, score, score, score) for p, score in scored)


def test_every_sentence_stands_at_its_offsets_in_the_article() -> None:
    article = "Preface of the page.\n" + RETURNS
    answer = compose(found((passage(RETURNS, at=article.index(RETURNS)), 1.0)))
    assert [article[s.start : s.end] for s in answer.sentences] == [s.text for s in answer.sentences]
    assert all(s.support == 1.0 for s in answer.sentences)


def test_steps_stay_whole_behind_their_opening_line_and_headings_are_left_out() -> None:
    answer = compose(found((passage(RETURNS), 1.0)))
    assert [(s.text, s.step) for s in answer.sentences] == [
        ("You can return shoes within 30 days of delivery if they are unworn.", False),
        ("Socks, e.g. hiking socks, can't be returned.", False),
        ("Sale items can.", False),
        ("To return shoes:", False),
        ("1. Open Your orders.", True),
        ("2. Choose the pair.", True),
        ("3. Select Return an item and print the label.", True),
        ("Ask us by mail.", False),
    ]


def test_a_list_that_has_begun_is_finished_past_the_word_limit() -> None:
    steps = (
        "To do it:\n"
        + "\n".join(f"{n}. Press the button named {'x ' * 20}" for n in range(1, 13))
        + "\nMore words follow here."
    )
    answer = compose(found((passage(steps.rstrip()), 1.0)))
    assert sum(s.step for s in answer.sentences) == 12
    assert answer.sentences[-1].step


def test_the_lines_of_a_list_passage_are_whole_steps_with_the_numbers_the_page_shows() -> None:
    text = (
        "Sign in first. It is quick.\n\nOpen the settings page. Wait a moment.\nChoose the plan that you "
        "want."
    )
    answer = compose(found((passage(text, kind="steps"), 1.0)))
    assert [(s.text, s.mark) for s in answer.sentences] == [
        ("Sign in first.", ""),
        ("It is quick.", ""),
        ("Open the settings page. Wait a moment.", "1."),
        ("Choose the plan that you want.", "2."),
    ]
    assert [text[s.start : s.end] for s in answer.sentences] == [s.text for s in answer.sentences]


def test_a_list_that_began_in_another_passage_counts_on() -> None:
    answer = compose(found((passage("Press save.\nSign out.", kind="steps", first_step=7), 1.0)))
    assert [s.mark for s in answer.sentences] == ["7.", "8."]


def test_bullets_and_rows_carry_no_numbers_and_a_row_is_linked_by_its_first_cell() -> None:
    answer = compose(
        found((passage("Sizes we make:\n\nSmall | 36 to 38\nLarge | 42 to 44", kind="table"), 1.0))
    )
    assert [(s.mark, s.step) for s in answer.sentences] == [("", False), ("", True), ("", True)]
    assert answer.sources[0].url == "https://help.example/returns#:~:text=Sizes%20we%20make%3A,Large"


def test_a_second_article_joins_when_close_and_new() -> None:
    both = (passage(RETURNS), 1.0), (passage(REFUNDS, article="refunds", title="When refunds arrive"), 0.95)
    answer = compose(found(*both))
    assert [source.title for source in answer.sources] == ["Returning an item", "When refunds arrive"]
    assert {s.number for s in answer.sentences} == {1, 2}
    assert len(compose(found(*both), max_articles=1).sources) == 1


@pytest.mark.parametrize(
    ("text", "score"),
    [(REFUNDS, 0.5), ("You can return shoes within 30 days of delivery.", 0.99)],
    ids=["too far behind", "nothing new"],
)
def test_a_second_article_stays_out(text: str, score: float) -> None:
    answer = compose(found((passage(RETURNS), 1.0), (passage(text, article="other"), score)))
    assert [source.article for source in answer.sources] == ["returns"]


def test_a_passage_that_states_our_own_answering_time_is_never_quoted() -> None:
    own = passage("We reply to every mail within 24 hours.", own_time=True)
    answer = compose(found((own, 1.0), (passage(REFUNDS, article="refunds"), 0.95)))
    assert [s.article for s in answer.sentences] == ["refunds", "refunds"]


@pytest.mark.parametrize(
    "only", [passage("Returning an item"), passage("Shoes", kind="heading"), passage("To return shoes:"),
    passage(" \n ")]
)
def test_nothing_that_is_only_a_heading_is_quoted(only: Passage) -> None:
    answer = compose(found((only, 1.0)))
    assert (answer.sentences, answer.sources) == ((), ())


def test_a_leading_question_is_not_an_answer() -> None:
    answer = compose(found((passage("How do I get my money back? You are refunded to your card."), 1.0)))
    assert [s.text for s in answer.sentences] == ["You are refunded to your card."]


def test_a_known_symptom_is_not_repeated_to_the_customer() -> None:
    text = "The printer shows error five. Turn it off and on again."
    asked = "my printer shows error five, what now?"
    typed = compose(found((passage(text, section="Symptom"), 1.0)), question=asked)
    untyped = compose(found((passage(text), 1.0)), question=asked)
    assert [len(typed.sentences), len(untyped.sentences)] == [1, 2]


def test_a_span_that_does_not_fit_its_text_is_refused() -> None:
    with pytest.raises(ValueError, match="returns"):
        compose(found((replace(passage(RETURNS), end=3), 1.0)))


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Ask Dr. Smith. He knows.", ["Ask Dr. Smith.", "He knows."]),
        ("Wir liefern am 3. Mai. Danach nicht mehr.", ["Wir liefern am 3. Mai.", "Danach nicht mehr."]),
        ("Das geht z. B. per Post. Oder online.", ["Das geht z. B. per Post.", "Oder online."]),
        ("Écrivez à M. Dupont. Il répond.", ["Écrivez à M. Dupont.", "Il répond."]),
        ("Consulte el núm. 4. Después, llame.", ["Consulte el núm. 4. Después, llame."]),
        ("Es cuesta 3.50 euros. ¿Puede pagar?", ["Es cuesta 3.50 euros.", "¿Puede pagar?"]),
        ('He said "no." Then he left.', ['He said "no."', "Then he left."]),
        ("See example.com for more. Thanks!", ["See example.com for more.", "Thanks!"]),
        ("This line was broken\nby its writer.", ["This line was broken\nby its writer."]),
    ],
)
def test_sentences_end_where_they_end(text: str, cut: list[str]) -> None:
    assert [piece.text for piece in pieces(text)] == cut


@given(st.text(alphabet="aB1.:!?-) \n|\t“”", max_size=80))
def test_pieces_are_verbatim_in_order_and_lose_nothing_but_space(text: str) -> None:
    cut = pieces(text)
    assert all(text[p.start : p.end] == p.text and p.text == p.text.strip() and p.text for p in cut)
    assert "".join("".join(p.text.split()) for p in cut) == "".join(text.split())


def test_a_short_quote_is_linked_whole_and_encoded() -> None:
    assert (
        deep_link("https://h.example/a", "Pay-in, cash & card")
        == "https://h.example/a#:~:text=Pay%2Din%2C%20cash%20%26%20card"
    )


def test_a_long_quote_is_linked_by_its_ends() -> None:
    link = deep_link(
        "https://h.example/a?x=1#part",
        "1. One two three four five six seven eight.\n2. And the last step ends right here.",
    )
    assert (
        link
        == "https://h.example/a?x=1#part:~:text=One%20two%20three%20four%20five%20six,the%20last%20step%20ends%20right%20here."
    )


def test_an_old_text_fragment_is_replaced() -> None:
    assert (
        deep_link("https://h.example/a#:~:text=old", "new words") == "https://h.example/a#:~:text=new%20words"
    )


@pytest.mark.parametrize(
    "url",
    [None, "", "javascript:alert(1)", "ftp://h.example", "//h.example", "https://a@b.example",
    "https://h.example/ x", "http://[", "/a/1"],
)
def test_what_is_no_plain_web_address_becomes_no_link(url: str | None) -> None:
    assert deep_link(url, "words") is None


def test_a_hostile_address_cannot_leave_its_attribute() -> None:
    link = deep_link('https://h.example/"><img>{{ticket.id}}', "words") or ""
    assert not set('"<>{}') & set(link)
    assert unquote(link).startswith('https://h.example/"><img>{{ticket.id}}')


def test_a_planted_sentence_is_found() -> None:
    answer = compose(found((passage(RETURNS), 1.0)))
    texts = {("returns", "v1"): RETURNS.replace("You can", "YOU  can")}
    assert verify(answer, texts) == ()
    planted = replace(
        answer.sentences[0], text="You can return shoes within 3 days of delivery if they are unworn."
    )
    forged = replace(answer, sentences=(planted, *answer.sentences[1:]))
    assert verify(forged, texts) == (planted,)
    assert verify(answer, {}) == answer.sentences


def test_a_number_is_not_found_inside_a_longer_one() -> None:
    answer = compose(found((passage("The fee is 1", title="Fee"), 1.0)))
    assert len(answer.sentences) == 1
    assert verify(answer, {("returns", "v1"): "The fee is 10"}) == answer.sentences


def test_cutting_the_first_source_closes_the_numbers_up() -> None:
    answer = compose(found((passage(RETURNS), 1.0), (passage(REFUNDS, article="refunds"), 0.95)))
    left = without(answer, tuple(s for s in answer.sentences if s.number == 1))
    assert [source.number for source in left.sources] == [1]
    assert {s.number for s in left.sentences} == {1}
