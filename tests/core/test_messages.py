import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.verdicts import Answer, Clarify, Handoff, Option, Sentence, Source
from app.core.writing import messages
from app.core.writing.markup import Body
from app.core.writing.messages import Frame, check_words
from app.core.writing.names import first_name
from config.policy import Detail, Reason
from config.wording import LANGUAGES, WordingError, Words, load_words, placeholders
from tests.golden.messages.cases import DAY, FRAME, KINDS, cited, rendered

WORDS = {language: load_words(language) for language in LANGUAGES}
TAGS = {"p", "br", "ol", "ul", "li", "a", "blockquote", "em", "strong"}
PUBLIC = {kind: made for kind, made in KINDS.items() if not kind.startswith("note_")}
NAMES_AI = {"en": r"\bAI\b", "fr": r"\bIA\b", "de": r"\bKI\b", "es": r"\bIA\b"}
NAMES_PERSON = {"en": "person", "fr": "personne|humain", "de": "Mensch", "es": "persona"}
EN = WORDS["en"]


def every_public() -> list[tuple[str, str, Body, Frame]]:
    made = []
    for language, words in WORDS.items():
        for kind, (make, frame) in PUBLIC.items():
            made.append((language, kind, make(language, words, replace(frame, language=language)), frame))
    return made


ALL = every_public()


@pytest.mark.parametrize(("path", "text"), [pytest.param(*pair,
id=f"{pair[0].parent.name}-{pair[0].stem}") for pair in rendered()])
def test_each_message_reads_as_its_golden_file(path: Path, text: str) -> None:
    assert path.exists(), "write it with: python -m tests.golden.messages.write"
    assert path.read_text("utf-8") == text


def test_no_golden_file_is_left_over() -> None:
    written = {path for path, _ in rendered()}
    assert set(next(iter(written)).parents[1].glob("*/*.txt")) == written


def test_every_message_says_that_an_ai_writes_for_whom_and_shows_the_way_to_a_person() -> None:
    for language, kind, body, _ in ALL:
        for text in (body.text, unescape(body.html)):
            first, last = text.split("\n")[0], text.split("\n")[-1]
            assert re.search(NAMES_AI[language], first) and "Larkfield" in first, (language, kind)
            assert re.search(NAMES_PERSON[language], last), (language, kind)


def test_nothing_is_exclaimed_felt_or_promised() -> None:
    for language, kind, body, _ in ALL:
        assert "!" not in body.text and "¡" not in body.text, (language, kind)
    said = " ".join(text for words in WORDS.values() for text in words.texts.values()).casefold()
    empty = (
        "your frustration",
        "happy to",
        "unfortunately",
        "as soon as possible",
        "désolé pour la gêne",
        "leider",
        "lamentamos",
    )
    assert [phrase for phrase in empty if phrase in said] == []


def test_an_apology_has_a_cause_of_ours() -> None:
    ours = [
        (key, text)
        for words in WORDS.values()
        for key, text in words.texts.items()
        if key.startswith("message.")
    ]
    sorry = {key for key, text in ours if re.search(r"\bsorry\b|excus|tut mir leid|lo siento", text)}
    assert sorry == {"message.handoff.why.failed.default", "message.handoff.why.failed.old_delivery"}


def test_at_most_two_lines_follow_the_sources() -> None:
    for language, kind, body, _ in ALL:
        if kind.startswith("answer"):
            after = body.text.rsplit("#:~:text=quote\n\n", 1)[1]
            assert len([line for line in after.splitlines() if line]) <= 2, (language, kind)
            assert "\n" not in after or "file" in kind, (language, kind)


def test_one_link_of_ours_beside_the_sources() -> None:
    for language, kind, body, frame in ALL:
        ours = body.html.count(f'href="{FRAME.page_url}"')
        assert ours == (1 if frame.page_url else 0), (language, kind)


def test_the_html_holds_the_small_list_of_tags_and_nothing_else() -> None:
    for language, kind, body, _ in ALL:
        cleaned = nh3.clean(
            body.html, tags=TAGS, attributes={"a": {"href"}}, link_rel=None, url_schemes={"https", "http"}
        )
        assert unescape(cleaned) == unescape(body.html), (language, kind)


def test_the_languages_have_the_same_keys_and_the_same_fillings() -> None:
    for name in ("message.", "note."):
        shapes = {
            language: {key: placeholders(text) for key, text in words.texts.items() if key.startswith(name)}
            for language, words in WORDS.items()
        }
        assert shapes["en"]
        for language in LANGUAGES:
            assert shapes[language] == shapes["en"], language


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_words_pass_their_own_check(language: str) -> None:
    check_words(WORDS[language], WORDS[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_we_ask_for_is_one_we_know(language: str) -> None:
    words = WORDS[language]
    # A phrase may give several forms of a word: `humain|humaine`.
    known = [form.casefold() for phrase in words.phrases("phrases.exit") for form in phrase.split("|")]
    if not known:
        pytest.skip("no exit words are shipped for this language yet")
    assert words.texts["message.exit.word"].casefold() in known


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        ("message.notice.first", "{hello} I'm {company}'s helper.", "AI assistant"),
        ("message.notice.again", "{hello} an AI assistant again.", "for whom"),
        ("message.notice.first", "{hello} I'm not an AI of {company}.", "denies"),
        ("message.notice.first", "", "empty"),
        ("message.notice.first", "I'm {company}'s AI assistant {", "'{'|brace|expected"),
        ("message.notice.first", "{company.__class__} AI", "bare"),
        ("message.notice.first", "{company:>9999999} AI", "bare"),
        ("message.exit.answer_link", "Not what you needed?", "{talk}"),
        ("message.exit.answer_plain", "Reply “{word}”.", "person"),
        ("message.exit.people_plain", "We have it.", "person"),
        ("message.exit.word", "hi there", "one word"),
        ("message.exit.word", "agent", "one word"),
        ("message.exit.talk", "Go away", "person"),
        ("message.fixed.identity", "I'm Robin from support.", "AI assistant"),
        ("message.settle", "Thanks {nobody}.", "nobody"),
    ],
)
def test_words_without_the_notice_or_the_way_out_are_refused(key: str, text: str, why: str) -> None:
    words = Words("en", {**EN.texts, key: text}, EN.lists)
    with pytest.raises(WordingError, match=re.escape(key)) as refused:
        check_words(words, EN)
    assert re.search(why if "|" in why else re.escape(why), str(refused.value))


def test_words_with_a_key_missing_are_refused() -> None:
    texts = {key: text for key, text in EN.texts.items() if key != "message.settle"}
    with pytest.raises(WordingError, match=r"message\.settle: it is missing"):
        check_words(Words("en", texts, EN.lists), EN)


PROTECTED = [
    key
    for key in EN.texts
    if key.startswith(("message.notice", "message.exit", "message.hello", "message.can_do"))
]
TEMPLATES = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.text(alphabet="{}compnywrdtalkge .AI-<>&", max_size=60),
    st.sampled_from(
        [
            "No AI here, {company}.",
            "{company}",
            "{word}",
            "{page}",
            "<b>AI</b> {company}",
            "{company!r} AI",
            "{0} AI",
        ]
    ),
)


@settings(max_examples=300, deadline=None)
@given(
    overrides=st.dictionaries(st.sampled_from(PROTECTED), TEMPLATES, max_size=8),
    language=st.sampled_from(LANGUAGES),
    kind=st.sampled_from(sorted(PUBLIC)),
    name=st.one_of(st.none(), st.text(max_size=60)),
    page=st.sampled_from([None, "https://c.example/t/1", "javascript:alert(1)", "nonsense"]),
    can_do=st.text(max_size=40),
    first=st.booleans(),
    people=st.booleans(),
)
def test_no_configuration_takes_the_notice_or_the_way_out_away(
    overrides: dict[str, str | None],
    language: str,
    kind: str,
    name: str | None,
    page: str | None,
    can_do: str,
    first: bool,
    people: bool,
) -> None:
    texts = {key: text for key, text in {**WORDS[language].texts, **overrides}.items() if text is not None}
    frame = replace(
        FRAME, language=language, first_name=name, page_url=page, can_do=can_do, first=first, people=people
    )
    body = PUBLIC[kind][0](language, Words(language, texts, {}), frame)
    blocks = body.text.split("\n\n")
    assert re.search(NAMES_AI[language], blocks[0])
    assert "Larkfield" in blocks[0]
    assert re.search(NAMES_PERSON[language], blocks[-1])
    cleaned = nh3.clean(
        body.html, tags=TAGS, attributes={"a": {"href"}}, link_rel=None, url_schemes={"https", "http"}
    )
    assert unescape(unescape(cleaned)) == unescape(unescape(body.html))


HOSTILE = (
    '<img src=x onerror=alert(1)> {{ticket.comments_formatted}} {% raw %} \u202eevil\u200b <a '
    'href="https://evil.example">x</a>'
)


def hostile_messages() -> list[Body]:
    page = 'https://c.example/{{x}}"><b>'
    frame = replace(
        FRAME, company=HOSTILE, assistant_name=HOSTILE, can_do=HOSTILE, first_name=HOSTILE, page_url=page
    )
    source = Source(1, "a", "v", HOSTILE, 'https://h.example/{{ticket.id}}"onmouseover="x', DAY)
    sentence = Sentence(HOSTILE, "a", "v", 0, len(HOSTILE), number=1)
    step = replace(sentence, step=True, mark="1.")
    return [
        messages.answer(Answer((sentence, step), (source,), 0.9), frame, EN),
        messages.clarify(Clarify((Option("A", "a", HOSTILE), Option("B", "b", HOSTILE))), frame, EN),
        messages.handoff(
            Handoff(Reason.UNSURE, Detail.NOT_SURE_ENOUGH, "r", source), HOSTILE, HOSTILE, frame, EN
        ),
    ]


def test_text_from_outside_is_only_ever_text() -> None:
    for body in hostile_messages():
        assert "<img" not in body.html and "<b>" not in body.html and 'href="https://evil' not in body.html
        assert 'onmouseover="' not in body.html
        for text in (body.html, body.text):
            assert not any(pair in text for pair in ("{{", "}}", "{%", "%}"))
            assert "\u202e" not in text and "\u200b" not in text


@pytest.mark.parametrize(
    ("field", "greeted"),
    [
        ("Maya Dubois", "Maya"), ("Dubois, Maya", "Maya"), ("maya", "Maya"), ("MAYA DUBOIS", "Maya"),
        ("Jean-Luc Picard", "Jean-Luc"),
        ("JEAN-LUC", "Jean-Luc"), ("Zoë", "Zoë"), ("O'Neil Smith", "O'Neil"), ("李娜", "李娜"), ("Bo Li",
        "Bo"),
        ("Ma\u200bya", "Maya"),
        (None, None), ("", None), ("  ", None), ("noreply", None), ("No-Reply Team", None),
        ("info@shop.example", None),
        ("https://evil.example", None), ("www.evil.example", None), ("Support", None), ("Herr Müller", None),
        ("Mme Dubois", None),
        ("J. Smith", None), ("JD", None), ("X" * 21, None), ("Maya " + "x" * 40, None), ("Call 0800 123",
        None), ("{{ticket.id}}", None),
        ("<b>Maya</b>", None), ("Free money!", None), ("Acme GmbH", None), ("evil.com wins", None),
    ],
)
def test_a_greeting_uses_a_first_name_or_none(field: str | None, greeted: str | None) -> None:
    assert first_name(field) == greeted


def prose(*texts: str, gap: int = 1) -> tuple[Sentence, ...]:
    made, at = [], 0
    for text in texts:
        made.append(Sentence(text, "a", "v", at, at + len(text), number=1))
        at += len(text) + gap
    return tuple(made)


def body_of(sentences: tuple[Sentence, ...]) -> str:
    source = Source(1, "a", "v", "Page", None, DAY)
    text = messages.answer(Answer(sentences, (source,), 0.9), replace(FRAME, page_url=None), EN).text
    return text.split("\n\n", 1)[1].split("\n\n[1] Page")[0]


def test_up_to_three_running_sentences_share_one_mark() -> None:
    assert body_of(prose("A a.", "B b.", "C c.", "D d.")) == "A a. B b. C c. [1] D d. [1]"


def test_sentences_of_two_paragraphs_stay_apart_and_share_no_mark() -> None:
    assert body_of(prose("A a.", "B b.", gap=2)) == "A a. [1]\n\nB b. [1]"


def test_an_introducing_line_is_marked_with_what_it_introduces() -> None:
    assert body_of(prose("Do this:", "B b.", gap=2)) == "Do this:\n\nB b. [1]"


def test_a_list_shares_one_mark_with_the_line_that_opens_it() -> None:
    opening = prose("A a.", "Do this:")
    steps = tuple(
        replace(s, step=True, mark=f"{n}.") for n, s in enumerate(prose("Press.", "Wait."), start=1)
    )
    assert body_of(opening + steps) == "A a. [1] Do this:\n\n1. Press.\n2. Wait. [1]"


@pytest.mark.parametrize(
    ("marks", "texts", "shown"),
    [
        (("", ""), ("Red", "Blue"), "- Red\n- Blue [1]"),
        (("", ""), ("- Red", "- Blue"), "- Red\n- Blue [1]"),
        (("7.", "8."), ("Press.", "Wait."), "7. Press.\n8. Wait. [1]"),
        (("", ""), ("1) Press.", "2) Wait."), "1. Press.\n2. Wait. [1]"),
        (("", ""), ("S | 36", "M | 38"), "S | 36\nM | 38 [1]"),
    ],
)
def test_a_list_is_counted_as_its_page_counts_it(
    marks: tuple[str, ...], texts: tuple[str, ...], shown: str
) -> None:
    assert (
        body_of(tuple(replace(s, step=True, mark=m) for s, m in zip(prose(*texts), marks, strict=True)))
        == shown
    )


def test_sources_show_title_and_day_in_the_language() -> None:
    answered = messages.answer(cited("fr"), replace(FRAME, language="fr"), WORDS["fr"])
    assert "[1] Retourner un article (mise à jour\u00a0: 18 mai 2026)" in answered.text
    assert messages.spoken_date(1_772_323_200_000_000, "fr") == "1er mars 2026"
    assert messages.spoken_date(1_772_323_200_000_000, "en") == "1 March 2026"


def test_a_source_without_an_address_is_named_without_a_link() -> None:
    verdict = cited("en")
    unlinked = replace(verdict, sources=tuple(replace(source, url=None) for source in verdict.sources))
    body = messages.answer(unlinked, replace(FRAME, page_url=None), EN)
    assert "<a " not in body.html and "[1] Returning an item (updated 18 May 2026)" in body.text


@pytest.mark.parametrize("reason", [Reason.CANNOT_REPLY_HERE, Reason.HELD_OUT])
def test_a_silent_hand_off_has_no_public_message(reason: Reason) -> None:
    with pytest.raises(ValueError, match=reason):
        messages.handoff(Handoff(reason, Detail.NONE, "r"), "our team", "", FRAME, EN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_other_reason_has_its_own_words(language: str) -> None:
    said = {
        reason: messages.handoff(
            Handoff(reason, Detail.NONE, "r"), "", "", replace(FRAME, language=language), WORDS[language]
        ).text
        for reason in Reason
        if reason not in messages.SILENT
    }
    assert len(set(said.values())) == len(said)


def test_an_answer_that_quotes_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="hand off"):
        messages.answer(Answer((), (), 0.9), FRAME, EN)


def test_an_unknown_fixed_sentence_is_refused() -> None:
    with pytest.raises(WordingError, match="nonsense"):
        messages.answer(Answer((), (), None, fixed="nonsense"), FRAME, EN)
