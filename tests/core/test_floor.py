"""What the must-hand-off floor is read from: all words of people, those cut as quote or signature too, and
never words of ours."""
from __future__ import annotations

import pytest

from app.core.reading.floor import SUBJECT, Flag, gravest, parts_to_read, sorted_flags
from app.core.sending.plan import Bodies, plan
from app.core.verdicts import Alert, Span
from app.core.writing.messages import Body
from config.floor import FloorClass
from config.policy import Mode
from connectors.records import PostNote, Ticket
from tests.core.tickets import WORDS, said, ticket

OURS = "Shoes may be sent back within thirty days of delivery, unless they caught fire in the hospital."


def read(asked: Ticket, seen: str | None = None, acted: tuple[str, ...] = ()) -> dict[str, str]:
    return {part.message: " ".join(part.text.split()) for part in parts_to_read(asked, seen, acted, WORDS)}


def test_quotes_and_signatures_are_read_as_well() -> None:
    text = "Hello\n\nOn Mon, Maya <m@x.example> wrote:\n> my own words\n\n-- \nMaya, in mourning"
    found = read(ticket(text))["m1"]
    assert "my own words" in found and "in mourning" in found


def test_the_subject_counts_with_the_opening_message_only() -> None:
    asked = ticket("first", said("second", "customer", 2), subject="My husband died")
    assert read(asked)[SUBJECT] == "My husband died"
    answered = ticket(
        "first", said("answer", "assistant", 2), said("second", "customer", 3), subject="My husband died"
    )
    assert SUBJECT not in read(answered, seen="m2")


def test_words_of_ours_that_come_back_are_not_the_customers_however_they_are_wrapped() -> None:
    wrapped = (
        "> Shoes may be sent back within thirty\n> days of delivery, unless they caught fire in "
        "the\n> hospital.\n\nAnd gloves?"
    )
    found = read(ticket("Shoes?", said(OURS, "assistant", 2), said(wrapped, "customer", 3)))
    assert "hospital" not in found["m3"] and "And gloves?" in found["m3"]


def test_what_is_blanked_keeps_its_place() -> None:
    text = f"{OURS} I was hurt."
    [part] = parts_to_read(ticket("x", said(OURS, "agent", 2), said(text, "customer", 3)), "m2", (), WORDS)
    start = part.text.index("hurt")
    span = part.span(start, start + 4)
    assert text[span.start : span.end] == "hurt"


@pytest.mark.parametrize(("text", "words", "sentence"), [
    ("Hello. It caught fire in the tent. What now?", "caught fire", "It caught fire in the tent."),
    ("It caught fire", "caught fire", "It caught fire"),
    ("caught fire\nBest, Maya", "caught fire", "caught fire"),
    ("a" * 400 + " caught fire " + "b" * 400, "caught fire", "caught fire " + "b" * 159),
])
def test_words_are_shown_in_their_sentence(text: str, words: str, sentence: str) -> None:
    [part] = parts_to_read(ticket(text), None, (), WORDS)
    start = text.index(words)
    assert part.sentence(start, start + len(words)).text == sentence


def test_only_what_nobody_was_told_of_is_read_again() -> None:
    asked = ticket(
        said("one", number=1), said("two", number=2), said("answer", "agent", 3), said("three", number=4)
    )
    assert list(read(asked, seen="m3")) == ["m4"]
    assert list(read(asked, seen="m4")) == ["m4"], "the turn is unanswered: it is read until people were told"
    assert list(read(asked, seen="m4", acted=("m4",))) == []
    assert list(read(asked, seen=None)) == ["m1", "m2", "m4"]


def test_messages_of_agents_and_of_the_assistant_are_not_read() -> None:
    assert list(
        read(
            ticket(
                said("a", "assistant", 1),
                said("b", "agent", 2),
                said("c", "bot", 3),
                said("d", "customer", 4),
            )
        )
    ) == ["m4"]


def test_a_machines_mail_is_marked() -> None:
    asked = ticket(said("words", headers={"auto-submitted": "auto-replied"}))
    assert [part.machine for part in parts_to_read(asked, None, (), WORDS)] == [True]


def test_the_end_of_a_very_long_message_is_read() -> None:
    found = read(ticket("a " * 40_000 + "the last words"))
    assert found["m1"].endswith("the last words") and len(found["m1"]) < 21_000


def flag(kind: FloorClass, message: str = "m1", start: int = 0, *, machine: bool = False) -> Flag:
    return Flag(kind, Span(message, start, start + 1, "x"), "", machine)


def test_the_gravest_class_stands_first_and_each_once_per_message() -> None:
    found = sorted_flags(
        [flag(FloorClass.PRESS), flag(FloorClass.DANGER, start=9), flag(FloorClass.DANGER, start=2)]
    )
    assert [(f.kind, f.span.start) for f in found] == [(FloorClass.DANGER, 2), (FloorClass.PRESS, 0)]
    assert gravest(found) is FloorClass.DANGER and gravest(()) is None


@pytest.mark.parametrize(("mode", "effects"), [(Mode.WATCH, []), (Mode.DRAFT, ["note"]), (Mode.SEND,
["note"])])
def test_an_alert_writes_one_note_that_changes_neither_status_nor_group(
    mode: Mode, effects: list[str]
) -> None:
    note = Body("<p>look</p>", "look")
    rows = plan(Alert(), mode, Bodies(None, note), "Support", {"urgency": "urgent"}, ("candor_urgent",), True)
    assert [row.kind for row in rows] == effects
    for row in rows:
        assert isinstance(row.effect, PostNote)
        assert (row.effect.status, row.effect.group, row.effect.add_tags) == (None, None, ("candor_urgent",))
