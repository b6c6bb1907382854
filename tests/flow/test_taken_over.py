"""Whatever a person does in a ticket stands, at either desk, however long our reply was held back before it:
no reply of ours follows it, the ticket stays as they left it, and what we would have said is theirs, as a
note."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app.store import caps
from app.store.database import DEFAULT_TENANT
from app.store.tables import inbox
from tests.flow.desks import FIELD, Side, freshdesk_side, zendesk_side
from tests.flow.faulty import BOOTS, PERSON, RETURN, rows_of
from tests.flow.house import open_house
from workers.desks.connect import connect
from workers.sending.deliver import deliver_one

Act = Callable[[Side, int], object]

ACTS: dict[str, Act] = {
    "replies": lambda side, ticket: side.desk.do.agent_reply(ticket, "I have this one."),
    "notes": lambda side, ticket: side.desk.do.agent_note(ticket, "Calling them."),
    "assigns": lambda side, ticket: side.desk.do.assign(ticket, "Ana Ruiz"),
    "solves": lambda side, ticket: side.desk.do.solve(ticket),
    "says stay out": lambda side, ticket: side.desk.do.set_field(
        ticket, FIELD, side.steps["stay_out"], agent="Ana Ruiz"),
    "closes": lambda side, ticket: side.desk.do.close(ticket),
    "merges": lambda side, ticket: (
        side.desk.do.agent_note(ticket, "This request was closed and merged into request #1."),
        side.desk.do.close(ticket)),
    "deletes": lambda side, ticket: side.desk.do.delete(ticket),
}
ENDS = ("closes", "merges", "deletes")  # nothing can be written any more


def _killed(side: Side, on: bool) -> None:
    house = side.house
    with house.db.write() as tx:
        if on:
            caps.set_cap(tx, DEFAULT_TENANT, side.id, "*", caps.KILL, "a test", "test", None, house.clock(),
                         house.work.new_id())
        else:
            caps.lift(tx, DEFAULT_TENANT, side.id, "*", caps.KILL)


def _answers(side: Side, preset: str, **how: Any) -> None:
    method, path = side.desk.do.reply_route
    side.desk.do.fault(preset, method=method, path=path, nth=1, **how)


MOMENTS: dict[str, tuple[Callable[[Side], None], Callable[[Side], None]]] = {
    "before the post": (lambda side: None, lambda side: None),
    "during a hold": (lambda side: _answers(side, "X5", headers={"Retry-After": "90"}), lambda side: None),
    "after a 503": (lambda side: _answers(side, "X4"), lambda side: None),
    "after an unknown": (lambda side: _answers(side, "X1", commit=False), lambda side: None),
    "under the kill switch": (lambda side: _killed(side, True), lambda side: _killed(side, False)),
}


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory, pages: Path, embedder: Any) -> Iterator[dict[str, Side]]:
    var = tmp_path_factory.mktemp("taken_over")
    with (
        open_house(f"sqlite:///{var}/candor.db", var, pages, embedder) as house,
        freshdesk_side(house) as fresh,
    ):
        house.settle()
        yield {"zendesk": zendesk_side(house), "freshdesk": fresh}


@pytest.fixture(params=["zendesk", "freshdesk"])
def side(request: pytest.FixtureRequest, desks: dict[str, Side]) -> Side:
    found = desks[request.param]
    found.desk.do.clear_faults()
    found.house.clock.advance(60)  # more than twenty of one text within a quarter of an hour are an incident
    return found


def _composed(side: Side, text: str) -> str:
    """A ticket whose words are written and not sent yet."""
    house = side.house
    ticket = side.write(text, email=f"{house.work.new_id()}@example.com")
    house.clock.advance(3)
    while not states_of(side, ticket):
        assert house.process_only()
    return ticket


def rows(side: Side, ticket: str) -> list[Any]:
    return [r for r in rows_of(side.house, ticket) if r.desk == side.id]


def states_of(side: Side, ticket: str) -> list[str]:
    return [r.state for r in rows(side, ticket)]


def _later(side: Side) -> None:
    side.delivered()
    side.house.settle(400)
    side.house.poll()
    side.house.settle(200)


def _ours(side: Side, ticket: str) -> list[str]:
    said = side.desk.do.notes(int(ticket))
    return [n[side.text] for n in said if n[side.author] == side.desk.assistant.id]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("act", ACTS)
def test_no_answer_goes_out_over_a_person(side: Side, act: str, moment: str) -> None:
    begins, ends = MOMENTS[moment]
    ticket = _composed(side, RETURN)
    begins(side)
    if moment != "before the post":
        side.house.drain()
        assert states_of(side, ticket) != ["sent"]
    side.house.clock.advance(2)
    ACTS[act](side, int(ticket))
    status = None if act == "deletes" else side.status(ticket)
    ends(side)
    _later(side)
    if act == "deletes":
        assert "sent" not in states_of(side, ticket)
        return
    assert side.replies(ticket) == []
    assert side.status(ticket) == status
    drafts = [note for note in _ours(side, ticket) if "within 30 days of delivery" in note]
    assert len(drafts) == (0 if act in ENDS else 1), "what was not said is kept for people"


def test_what_a_person_came_before_is_kept_although_the_customer_presses_for_one(
    desks: dict[str, Side],
) -> None:
    side = desks["zendesk"]
    side.desk.do.clear_faults()
    side.house.clock.advance(60)
    ticket = _composed(side, RETURN)
    side.house.clock.advance(2)
    side.desk.do.agent_note(int(ticket), "Calling them.")
    side.house.press_person_button(ticket)
    while "stale" not in states_of(side, ticket):
        assert deliver_one(side.house.work)
    with side.house.db.write() as tx:
        later = (inbox.c.subject_id == ticket) & (inbox.c.kind == "changed") & (inbox.c.state == "waiting")
        tx.execute(update(inbox).where(later).values(next_at=side.house.clock() + 20_000_000))
    _later(side)
    assert side.replies(ticket) == [] and side.owner(ticket) == "people"
    assert len([note for note in _ours(side, ticket) if "within 30 days of delivery" in note]) == 1


def test_what_is_kept_for_people_and_overtaken_gives_them_no_ticket_away(desks: dict[str, Side]) -> None:
    side = desks["zendesk"]  # the fence: a note that moves nothing is refused by nobody else
    side.desk.do.clear_faults()
    side.house.clock.advance(60)
    ticket = _composed(side, RETURN)
    side.house.clock.advance(2)
    side.desk.do.agent_note(int(ticket), "Calling them.")
    while "stale" not in states_of(side, ticket):
        assert deliver_one(side.house.work)
    side.house.clock.advance(2)
    while len(states_of(side, ticket)) < 2:
        assert side.house.process_only()
    side.house.clock.advance(2)
    side.reply(ticket, BOOTS)
    _later(side)
    assert states_of(side, ticket)[:2] == ["stale", "stale"]
    assert side.replies(ticket) == [] and side.owner(ticket) == "people"


HANDED_OFF = {
    # what was done before the note: (of ours: notes, replies)
    "replies": (1, 0), "notes": (1, 0), "assigns": (1, 0), "solves": (1, 0), "says stay out": (1, 0),
    "closes": (0, 0), "merges": (0, 0),
}


@pytest.mark.parametrize("act", HANDED_OFF)
def test_a_hand_off_that_was_held_back_moves_no_ticket_that_a_person_has_taken(side: Side, act: str) -> None:
    ticket = _composed(side, PERSON)
    _killed(side, True)
    side.house.settle(20)
    ACTS[act](side, int(ticket))
    before = side.desk.do.ticket(int(ticket))
    _killed(side, False)
    _later(side)
    after = side.desk.do.ticket(int(ticket))
    assert (after["status"], after["group_id"]) == (before["status"], before["group_id"])
    assert (len(_ours(side, ticket)), len(side.replies(ticket))) == HANDED_OFF[act]
    assert side.owner(ticket) == "people" or act in ENDS or act == "solves"


@pytest.mark.parametrize("act", ["replies", "solves", "says stay out", "closes"])
@pytest.mark.parametrize("moment", [m for m in MOMENTS if m != "before the post"])
def test_the_notice_of_a_hand_off_goes_out_over_nobody(side: Side, act: str, moment: str) -> None:
    begins, ends = MOMENTS[moment]
    ticket = _composed(side, PERSON)
    while states_of(side, ticket)[0] != "sent":
        assert deliver_one(side.house.work)
    begins(side)
    side.house.settle(4)
    assert states_of(side, ticket)[0] == "sent" != states_of(side, ticket)[1]
    ACTS[act](side, int(ticket))
    status = side.status(ticket)
    ends(side)
    _later(side)
    assert side.replies(ticket) == [] and side.status(ticket) == status
    assert len(_ours(side, ticket)) == 1


# -- rules assign too
RULE = "Repairs"


@pytest.fixture
def routed(desks: dict[str, Side]) -> Iterator[Side]:
    """A Freshdesk whose group assigns each ticket by itself, and knows that it does."""
    side = desks["freshdesk"]
    side.desk.do.clear_faults()
    side.house.clock.advance(60)
    group = side.desk.state.find_group(RULE)
    group.auto_ticket_assign = True
    reconnect(side)
    yield side
    group.auto_ticket_assign = False
    reconnect(side)


def reconnect(side: Side) -> None:
    assert connect(side.house.work, DEFAULT_TENANT, side.id, "freshdesk", "Accounts", {}, side.desk.url,
                   side.house.url, lambda step: None)
    side.house.clock.advance(3)


def _in_turn(side: Side, ticket: int) -> None:
    """The group gives the ticket to the next of its people."""
    people = [p.id for p in side.desk.state.agents() if p.id != side.desk.assistant.id]
    now = side.desk.do.ticket(ticket)["responder_id"]
    following = people[(people.index(now) + 1) % len(people)] if now in people else people[0]
    group = side.desk.state.find_group(RULE).id
    side.desk.do.agent_update(ticket, group_id=group, responder_id=following)


def test_round_robin_that_assigns_every_new_ticket_within_a_second_keeps_no_answer_back(routed: Side) -> None:
    side = routed
    ticket = str(side.desk.do.customer_ticket(
        name="Maya", email=f"{side.house.work.new_id()}@example.com", subject="Shoes", text=RETURN))
    _in_turn(side, int(ticket))
    side.delivered()
    _later(side)
    [reply] = side.replies(ticket)
    assert "within 30 days of delivery" in reply and side.owner(ticket) == "assistant"


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("changes", [1, 2])
def test_what_a_rule_assigns_meanwhile_is_composed_anew_and_goes_out(
    routed: Side, changes: int, moment: str
) -> None:
    side, (begins, ends) = routed, MOMENTS[moment]
    ticket = _composed(side, RETURN)
    begins(side)
    if moment != "before the post":
        side.house.drain()
    for _ in range(changes):
        side.house.clock.advance(2)
        _in_turn(side, int(ticket))
    ends(side)
    _later(side)
    assert len(side.replies(ticket)) == 1 and side.owner(ticket) == "assistant"
    assert states_of(side, ticket) == ["stale", "sent"]


def test_what_a_rule_assigns_again_and_again_goes_to_people_in_the_end(routed: Side) -> None:
    side = routed
    ticket = _composed(side, RETURN)
    for times in (1, 2, 3):
        side.house.clock.advance(2)
        _in_turn(side, int(ticket))
        while states_of(side, ticket)[-1] != "stale":
            assert deliver_one(side.house.work)
        side.house.clock.advance(5)
        while times < 3 and len(states_of(side, ticket)) == times:
            assert side.house.process_only()
    _later(side)
    assert side.owner(ticket) == "people" and side.verdicts(ticket) == ["answer"] * 3 + ["handoff"]
    assert len(_ours(side, ticket)) == 1 and not any("within 30 days" in r for r in side.replies(ticket))


def test_where_the_desk_does_not_say_who_assigned_it_counts_as_a_person(desks: dict[str, Side]) -> None:
    side = desks["freshdesk"]
    side.desk.do.clear_faults()
    side.house.clock.advance(60)
    ticket = _composed(side, RETURN)
    side.house.clock.advance(2)
    _in_turn(side, int(ticket))
    _later(side)
    assert side.replies(ticket) == [] and side.owner(ticket) == "people"


def test_a_ticket_assigned_to_somebody_the_desk_does_not_know_any_more_is_a_persons(side: Side) -> None:
    if side.kind == "freshdesk":
        ticket = _composed(side, RETURN)
        side.house.clock.advance(2)
        side.desk.state.tickets[int(ticket)].responder_id = 999_999
        side.desk.do.agent_update(int(ticket), tags=["vip"])
    else:
        ticket = _composed(side, RETURN)
        side.house.clock.advance(2)
        side.desk.do.assign(int(ticket), "Ana Ruiz")
    _later(side)
    assert side.replies(ticket) == [] and side.owner(ticket) == "people"


def test_who_takes_a_ticket_and_gives_it_back_at_once_has_not_taken_it(side: Side) -> None:
    ticket = _composed(side, RETURN)
    side.house.clock.advance(2)
    side.desk.do.assign(int(ticket), "Ana Ruiz")
    side.desk.do.agent_update(int(ticket), **{
        "freshdesk": {"responder_id": None}, "zendesk": {"assignee_id": None}}[side.kind])
    _later(side)
    assert len(side.replies(ticket)) == 1 and side.owner(ticket) == "assistant"
