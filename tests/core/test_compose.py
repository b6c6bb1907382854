"""A decision becomes texts and effects without a desk, a store or a clock: everything comes as an
argument."""
from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.deciding.conclude import Gathered, conclude
from app.core.deciding.decided import Decided
from app.core.deciding.destination import Destination
from app.core.deciding.drafts import Draft
from app.core.deciding.ownership import Event
from app.core.deciding.rules import Situation, decide
from app.core.kinds import Act, EffectKind, Purpose, Quiet
from app.core.verdicts import Answer, Decision, Handoff, StayQuiet
from app.core.writing.compose import compose
from app.core.writing.markup import Body
from app.core.writing.supplies import Supplies, Way
from app.core.writing.unread import compose_unread
from config.policy import Detail, Mode, Reason, Team
from config.wording import LANGUAGES, load_words
from connectors.records import PostNote, PostReply, QueueSnapshot, UpdateFields
from tests.core.situations import NOW, POLICY, situation
from tests.core.tickets import ticket

LEXICA = {language: load_words(language) for language in LANGUAGES}
HANDED = Handoff(Reason.UNSURE, Detail.NONE, POLICY.default_route, None, True)
STAFFED = replace(POLICY, teams=(Team("Support", 3, 10),))
PLACE = Destination("larkfield", "Support", "Support")
WAY = Way(PLACE, "Larkfield", "Larkfield", QueueSnapshot("Support", 4, NOW, "search"))


def decided(
    verdict: Answer | Handoff | StayQuiet, s: Situation, *events: Event, draft: Draft | None = None
) -> Decided:
    return Decided(s, Decision(verdict, ()), events, draft=draft)


def test_a_handoff_names_the_group_tells_the_wait_and_writes_the_note_first() -> None:
    s = situation(policy=STAFFED, mode=Mode.SEND)
    composed = compose(
        ticket(),
        decided(HANDED, s),
        Supplies("https://c.example/t/1", "https://c.example/tickets/1", way=WAY),
        LEXICA,
    )
    assert composed.wait is not None and composed.wait.bound_at is not None
    assert composed.to == PLACE
    assert [p.purpose for p in composed.planned] == [Purpose.NOTE, Purpose.HANDOFF_NOTICE]
    public, note = composed.bodies.public, composed.bodies.note
    assert public is not None and "https://c.example/t/1" in public.html
    assert note is not None and "https://c.example/tickets/1" in note.html
    written = composed.planned[0].effect
    assert (
        isinstance(written, PostNote)
        and written.fields["handoff_reason"] == "unsure"
        and written.fields["promised_by"]
    )


def test_where_no_queue_was_counted_no_wait_is_told() -> None:
    s = situation(policy=STAFFED, mode=Mode.SEND)
    composed = compose(ticket(), decided(HANDED, s), Supplies(way=replace(WAY, queue=None)), LEXICA)
    assert composed.wait is None
    note = composed.planned[0].effect
    assert isinstance(note, PostNote) and "promised_by" not in note.fields


def test_watching_writes_nothing_but_the_texts_are_there_to_be_read() -> None:
    s = situation(mode=Mode.WATCH)
    composed = compose(ticket(), decided(HANDED, s), Supplies(way=replace(WAY, queue=None)), LEXICA)
    assert composed.planned == () and composed.bodies.note is not None


@pytest.mark.parametrize(("mode", "kinds"), [(Mode.SEND, [EffectKind.PUBLIC]), (Mode.DRAFT,
[EffectKind.NOTE]), (Mode.WATCH, [])])
def test_an_answer_is_sent_drafted_or_kept(mode: Mode, kinds: list[EffectKind]) -> None:
    s = situation(mode=mode)
    made = decide(s)
    assert made is not None and isinstance(made.verdict, Answer)
    composed = compose(ticket(), Decided(s, made), Supplies(), LEXICA)
    assert [p.kind for p in composed.planned] == kinds
    assert composed.cited == made.verdict.sentences


def test_silence_empties_the_field_only_when_an_agent_chose_something() -> None:
    s = situation()
    assert compose(ticket(), decided(StayQuiet(Quiet.ALREADY_ANSWERED), s), Supplies(), LEXICA).planned == ()
    asked = compose(
        ticket(), decided(StayQuiet(Quiet.ALREADY_ANSWERED), s, Event.SEND_DRAFT), Supplies(), LEXICA
    )
    assert [p.effect for p in asked.planned] == [UpdateFields({"next_step": ""})]
    refused = compose(
        ticket(), decided(StayQuiet(Quiet.DRAFT_OUTDATED), s, Event.SEND_DRAFT), Supplies(), LEXICA
    )
    assert [p.purpose for p in refused.planned] == [Purpose.NOTE]


def test_a_draft_goes_out_byte_for_byte_and_its_turn_is_its_own() -> None:
    draft = Draft("e1", situation().reading.turn, Body("<p>Hello</p>", "Hello"), ())
    gathered = Gathered(situation(), (Event.SEND_DRAFT,), "", "s1", draft=draft)
    one = conclude(gathered)
    sent = compose(ticket(), one, Supplies(), LEXICA).planned[0].effect
    assert isinstance(sent, PostReply) and sent.html == "<p>Hello</p>"
    assert one.situation.reading.turn == draft.sent_turn
    assert conclude(replace(gathered, draft_sent=True)).verdict == StayQuiet(Quiet.ALREADY_ANSWERED)
    assert conclude(replace(gathered, draft=replace(draft, turn="message:older"))).verdict == StayQuiet(
        Quiet.DRAFT_OUTDATED
    )
    assert conclude(replace(gathered, draft=None)).verdict == StayQuiet(Quiet.DRAFT_MISSING)


def test_a_quote_that_no_longer_stands_in_its_page_is_doubted_instead() -> None:
    s = situation()
    answer = conclude(Gathered(s, (), "", "s1", decide(s), pages=_pages(s, "thirty")))
    assert isinstance(answer.verdict, Answer)
    changed = conclude(Gathered(s, (), "", "s1", decide(s), pages=_pages(s, "ten")))
    assert not isinstance(changed.verdict, Answer)
    assert changed.decision.hits[-1].rule == "quotes stand in their pages"


@pytest.mark.parametrize(("act", "purposes"), [
    (Act.UNREADABLE, [Purpose.NOTE, Purpose.HANDOFF_NOTICE]), (Act.UNNOTED, [Purpose.NOTE]), (Act.UNTOLD,
    [Purpose.NOTE]),
])  # fmt: skip
def test_what_could_not_be_read_is_told_without_a_word_of_the_ticket(
    act: Act, purposes: list[Purpose]
) -> None:
    s = situation(act=act, mode=Mode.SEND)
    verdict = Handoff(Reason.FAILED, Detail.NONE, POLICY.default_route, None, act is Act.UNREADABLE)
    composed = compose_unread(decided(verdict, s), Supplies(way=WAY), LEXICA)
    assert [p.purpose for p in composed.planned] == purposes
    assert composed.bodies.note is not None and composed.wait is None and composed.cited == ()


def _pages(s: Situation, days: str) -> dict[tuple[str, str], str]:
    assert s.findings is not None
    return {
        (c.passage.article, c.passage.version): c.passage.text.replace("thirty", days)
        for c in s.findings.candidates
    }
