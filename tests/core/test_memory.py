"""What is remembered of a ticket survives its JSON, also across releases."""
from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from app.core.memory import TicketMemory
from app.core.verdicts import Option

words = st.text(max_size=12)
memories = st.builds(
    TicketMemory,
    noticed=st.booleans(),
    clarified=st.booleans(),
    options=st.lists(st.builds(Option, words, words, words), max_size=2).map(tuple),
    replies=st.lists(st.integers(0, 2**53), max_size=5).map(tuple),
    answered=st.integers(0, 9),
    cited=st.lists(words, max_size=3).map(tuple),
    frustrated=st.integers(0, 9),
    handed_off=st.none() | words,
    handed_off_at=st.none() | st.integers(0, 2**53),
    assignee=st.none() | words,
    group=st.none() | words,
    extra=st.dictionaries(words, words, max_size=2),
)


@given(memories)
def test_a_memory_comes_back_from_its_json_unchanged(memory):
    assert TicketMemory.from_json(memory.to_json()) == memory


def test_an_empty_row_is_an_empty_memory():
    assert TicketMemory.from_json("{}") == TicketMemory()


def test_what_a_newer_release_wrote_is_read_without_what_this_one_does_not_know():
    raw = json.loads(TicketMemory(answered=2, options=(Option("A", "a1", "Returns"),)).to_json())
    raw["tone"] = "warm"
    raw["options"][0]["colour"] = "red"
    assert TicketMemory.from_json(json.dumps(raw)) == TicketMemory(
        answered=2, options=(Option("A", "a1", "Returns"),)
    )


def test_a_reply_of_ours_is_remembered_with_its_time_and_the_list_stays_short():
    memory = TicketMemory()
    for at in range(50):
        memory = memory.replied(at)
    assert memory.noticed
    assert memory.replies == tuple(range(30, 50))
