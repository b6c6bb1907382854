"""In the moment before a call: whose ticket it is by our own rows, and how old the last look at it may be."""
from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.core.deciding.ownership import Owner
from app.core.kinds import Purpose
from app.core.sending import steps
from app.core.sending.checks import Stored, Words, by_our_rows
from app.core.sending.states import FENCED, UNFENCED, OutboxRow, Overtaken
from app.core.sending.steps import LOOK_LASTS, Call, Commit, Look, ReadStamp
from connectors.records import Sent, Stamp

SECOND = 1_000_000
NOW = 1_772_496_000 * SECOND
READ = Stamp("9", NOW - 30 * SECOND, NOW, NOW)
ROW = OutboxRow("ready", NOW, stamp=READ)


def words(purpose: str, place: int = 0, turn: str = "m:1") -> Words:
    return Words("note" if purpose == "note" else "public", purpose, place, turn)


@pytest.mark.parametrize("purpose", ["answer", "clarify", "confirm"])
@pytest.mark.parametrize("turn", ["m:1", "act:person:7"])
def test_what_we_would_say_ourselves_waits_once_people_have_the_ticket(purpose: str, turn: str) -> None:
    check = by_our_rows(words(purpose, turn=turn), ROW, Stored(owner=Owner.PEOPLE), NOW)
    assert check is not None and check.event == Overtaken("a person has taken the ticket")
    assert by_our_rows(words(purpose, turn=turn), ROW, Stored(owner=Owner.ASSISTANT), NOW) is None


@pytest.mark.parametrize(
    "due",
    [words("handoff_notice", 1), words("answer", turn="draft:7"), words("note"),
     *(words(p) for p in (Purpose.WAIT_UPDATE, Purpose.ACTION_OUTCOME, Purpose.CORRECTION, Purpose.CLOSING))],
    ids=lambda w: f"{w.purpose} {w.turn}",
)
def test_what_belongs_to_people_goes_out_while_they_have_the_ticket(due: Words) -> None:
    assert by_our_rows(due, ROW, Stored(owner=Owner.PEOPLE), NOW) is None


@pytest.mark.parametrize("purpose", ["answer", "clarify"])
@pytest.mark.parametrize("fenced", [True, False], ids=["fence", "no fence"])
def test_no_call_is_made_for_a_reply_in_a_ticket_that_people_have(purpose: str, fenced: bool) -> None:
    asked = played(purpose, fenced, owner=Owner.PEOPLE)
    assert not any(isinstance(ask, Call) for ask in asked)
    assert isinstance(asked[-1], Commit) and asked[-1].row.state == "stale"


@pytest.mark.parametrize(("fenced", "stopped", "sent"), [
    (False, LOOK_LASTS, True), (False, LOOK_LASTS + 1, False), (True, LOOK_LASTS + 1, True),
])
def test_a_worker_that_was_stopped_since_its_look_looks_again_where_nothing_refuses_its_reply(
    fenced: bool, stopped: int, sent: bool
) -> None:
    asked = played("answer", fenced, stopped=stopped)
    assert any(isinstance(ask, Call) for ask in asked) is sent
    if not sent:
        assert isinstance(asked[-1], Commit)
        again = asked[-1].row
        assert (again.state, again.sends) == ("ready", 0) and "looked again" in str(again.result)


def played(
    purpose: str, fenced: bool, owner: Owner = Owner.ASSISTANT, stopped: int = 0
) -> list[steps.Ask]:
    """What one step asks for. `stopped`: microseconds between its look at the desk and what follows."""
    times = FENCED if fenced else UNFENCED
    going = steps.one_step(words(purpose), ROW, times, NOW, fenced=fenced, erased=False, crashes=0)
    now, asked, looked = NOW, [next(going)], False
    while True:
        ask, answer = asked[-1], None
        match ask:
            case Look():
                now += stopped * (looked or fenced)
                answer = Stored(owner=owner)
            case ReadStamp():
                looked, answer = True, replace(READ, read_at=now)
            case Commit():
                answer = True
            case Call():
                answer = Sent("r1", replace(READ, value="10"))
        told: tuple[int, Any] = (now, answer)
        try:
            asked.append(going.send(told))
        except StopIteration:
            return asked
