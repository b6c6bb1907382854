"""What is done at the desk: the whole table of verdict × mode, and the keys that make each effect happen
once."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.kinds import Quiet
from app.core.sending.plan import (
    ANNOUNCED_IN_DRAFT,
    TURN_REPLIES,
    Bodies,
    outbox_key,
    plan,
    spoken,
    told,
    turn_key,
)
from app.core.verdicts import Answer, Clarify, Confirm, Handoff, Settle, StayQuiet
from app.core.writing.markup import Body
from config.policy import Detail, Mode, Reason
from connectors.records import PostNote, PostReply, Status, UpdateFields

PUBLIC, NOTE = Body("<p>hello</p>", "hello"), Body("<p>note</p>", "note")
BODIES = Bodies(PUBLIC, NOTE)
FIELDS, TAGS = {"intent": "returns"}, ("candor",)
VERDICTS = {
    "answer": Answer((), (), 0.9),
    "clarify": Clarify(()),
    "confirm": Confirm("refund", "…"),
    "settle": Settle(),
    "quiet": StayQuiet(Quiet.AUTOMATIC),
    **{r.value: Handoff(r, Detail.NONE, "support") for r in Reason},
}
REPLY = {
    "answer": ("answer", Status.PENDING),
    "clarify": ("clarify", Status.PENDING),
    "confirm": ("confirm", Status.PENDING),
    "settle": ("answer", Status.SOLVED),
}


def made(verdict, mode, announce=True, bodies=BODIES, group="Support"):
    return plan(verdict, mode, bodies, group, FIELDS, TAGS, announce)


def shape(rows):
    return [(r.purpose, r.kind, type(r.effect), r.effect.status) for r in rows]


NOTE_KEEPS = ("note", "note", PostNote, None)
NOTE_OPENS = ("note", "note", PostNote, Status.OPEN)
NOTICE = ("handoff_notice", "public", PostReply, Status.OPEN)


@pytest.mark.parametrize("announce", [True, False])
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", VERDICTS)
def test_the_whole_table_of_verdict_and_mode(name, mode, announce):
    rows = shape(made(VERDICTS[name], mode, announce))
    if mode is Mode.WATCH or name == "quiet":
        assert rows == []
    elif name in REPLY:
        purpose, status = REPLY[name]
        assert rows == ([(purpose, "public", PostReply, status)] if mode is Mode.SEND else [NOTE_KEEPS])
    else:
        public = mode is Mode.SEND or (announce and name in ("customer_asked", "must_handoff"))
        assert rows == ([NOTE_OPENS, NOTICE] if public else [NOTE_OPENS])


def test_the_note_of_a_hand_off_carries_group_fields_and_tags_and_the_notice_none():
    note, notice = made(VERDICTS["customer_asked"], Mode.SEND)
    assert (note.effect.group, note.effect.fields, note.effect.add_tags) == ("Support", FIELDS, TAGS)
    assert (notice.effect.group, notice.effect.fields, notice.effect.add_tags) == (None, {}, ())


def test_an_answer_leaves_the_group_alone_and_carries_fields_and_tags():
    (reply,) = made(VERDICTS["answer"], Mode.SEND)
    assert (reply.effect.group, reply.effect.fields, reply.effect.add_tags) == (None, FIELDS, TAGS)


def test_in_draft_mode_only_a_hand_off_changes_status_or_group():
    for name in REPLY:
        (note,) = made(VERDICTS[name], Mode.DRAFT)
        assert (note.effect.status, note.effect.group) == (None, None), name
        assert not isinstance(note.effect, PostReply)


def test_a_hand_off_that_is_not_public_is_a_note_alone_in_every_mode():
    silent = Handoff(Reason.CUSTOMER_ASKED, Detail.NONE, "support", public=False)
    for mode in (Mode.DRAFT, Mode.SEND):
        assert shape(made(silent, mode)) == [NOTE_OPENS]
        assert not told(silent, mode, announce=True)


@pytest.mark.parametrize("announce", [True, False])
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("reason", Reason)
def test_told_says_exactly_when_a_notice_is_planned(reason, mode, announce):
    verdict = Handoff(reason, Detail.NONE, "support")
    notices = [r for r in made(verdict, mode, announce) if r.purpose == "handoff_notice"]
    assert told(verdict, mode, announce) is bool(notices)


def test_only_two_reasons_are_announced_in_draft_mode():
    assert {r.value for r in ANNOUNCED_IN_DRAFT} == {"customer_asked", "must_handoff"}


def test_a_turn_has_at_most_one_reply_whatever_was_decided():
    for verdict in VERDICTS.values():
        for mode in Mode:
            assert sum(r.purpose in TURN_REPLIES for r in made(verdict, mode)) <= 1
            assert all((r.kind == "public") == isinstance(r.effect, PostReply) for r in made(verdict, mode))


def test_a_public_row_is_always_a_turn_reply():
    for verdict in VERDICTS.values():
        for row in made(verdict, Mode.SEND):
            assert (row.kind == "public") == (row.purpose in TURN_REPLIES)


def test_no_two_lists_of_parts_share_a_key():
    assert turn_key("t", "d", "a", "bc") != turn_key("t", "d", "ab", "c")
    assert outbox_key("t", "d", "1", "m:2", "note") != outbox_key("t", "d", "1", "m:2n", "ote")
    assert outbox_key("t", "d", "", "", "") != outbox_key("t", "", "d", "", "")


@given(st.lists(st.text(max_size=6), min_size=5, max_size=5), st.lists(st.text(max_size=6), min_size=5,
max_size=5))
def test_different_parts_give_different_keys_and_equal_parts_equal_ones(one, two):
    assert (outbox_key(*one) == outbox_key(*two)) == (one == two)


def test_the_answer_and_the_notice_of_one_turn_share_the_turn_and_differ_in_the_key():
    parts = ("t", "d", "7", "m:1")
    assert outbox_key(*parts, "answer") != outbox_key(*parts, "handoff_notice")
    assert turn_key(*parts) == turn_key(*parts)
    assert turn_key(*parts) != turn_key("t", "d", "7", "m:2")
    assert {"answer", "handoff_notice"} <= TURN_REPLIES
    assert "note" not in TURN_REPLIES


def test_what_is_hashed_is_the_words_and_not_the_spaces_a_desk_puts_between_them():
    assert spoken(PostReply("<p>a b</p>", "a  b\n")) == spoken(PostNote("", "a b")) == "a b"
    assert spoken(PostReply("", "ab")) == "ab"
    assert spoken(UpdateFields({"intent": "x"})) == ""
