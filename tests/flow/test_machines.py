"""A machine that opens a new ticket each time, at each desk: it ends with a note, people who write the same
do not."""
from __future__ import annotations

import json
import os

import pytest

from app.fallback import Fallback, end_fallback, fallbacks
from app.store import ledger as ledger_store
from app.store.database import DEFAULT_TENANT
from app.store.tables import outbox, tickets
from tests.figures import Figures
from tests.flow.desks import Side, zendesk_side
from tests.flow.faulty import RETURN
from tests.flow.house import House

ALLOWED = 3
MANY = 10
CROWD = 25
INCIDENT = 20  # people with one text, and no more
LONG = int(os.environ.get("MACHINE_TICKETS", "60"))  # 10000 takes many minutes
NUMBERED = RETURN + " It is about parcel {n}."
PERSON = "Can I talk to a real person please?"
SIX_DIGITS = 100_000  # a short number may be a helpline's, and that is grave
SILENT = "as many replies as policy allows in 24 hours"


def opened(side: Side, text: str, **who: str) -> str:
    ticket = side.write(text, **who)
    side.house.settle(200)
    return ticket


def hits(side: Side, ticket: str) -> dict[str, str]:
    with side.house.db.read() as tx:
        entry = next(
            e for e in ledger_store.of_ticket(tx, DEFAULT_TENANT, side.id, ticket) if e.kind == "verdict"
        )
    return {h["rule"]: h["because"] for h in json.loads(entry.payload)["hits"] if h["hit"]}


def test_a_machine_that_opens_a_new_ticket_each_time_gets_three_replies_a_day_and_people_a_note(
    side: Side,
) -> None:
    made = [
        opened(side, NUMBERED.format(n=n), email="robot@zed.example", name="Zed")
        for n in range(4801, 4801 + MANY)
    ]
    assert [len(side.replies(t)) for t in made] == [1] * ALLOWED + [0] * (MANY - ALLOWED)
    for ticket in made[ALLOWED:]:
        assert SILENT in side.notes(ticket)[0] and "NOT" in side.notes(ticket)[0]
        assert side.owner(ticket) == "people"
        assert (
            hits(side, ticket)["too many replies to this sender"]
            == "3 replies to this text of this sender in 24 hours"
        )
    side.house.clock.advance(86_400)
    assert len(side.replies(opened(side, NUMBERED.format(n=5), email="robot@zed.example", name="Zed"))) == 1


@pytest.mark.parametrize("address,text", [("robot{n}@zed.example", NUMBERED), ("robot+{n}000@zed.example",
RETURN)])
def test_a_machine_whose_address_counts_on_is_one_sender(side: Side, address: str, text: str) -> None:
    made = [
        opened(side, text.format(n=n), email=address.format(n=n), name=f"Zed {n}") for n in range(1, MANY)
    ]
    assert sum(len(side.replies(t)) for t in made) == ALLOWED


def test_a_sender_of_many_texts_is_limited_by_their_number_and_hears_of_the_first_hand_off_all_the_same(
    side: Side,
) -> None:
    side.house.change_policy(lambda policy: policy | {"max_replies_per_requester": 1})
    first, second, odd, third = (opened(side, text, email="ben@example.com", name="Ben Stone") for text in (
        RETURN, "Do you ship to the EU, and how long does it take?", "Do your staff have a favourite colour?",
        "Do your staff have a favourite song?"))
    assert [len(side.replies(t)) for t in (first, second, odd, third)] == [1, 0, 1, 0]
    assert hits(side, second)["too many replies to this sender"] == "1 replies to this requester in 24 hours"


@pytest.mark.parametrize("text", [PERSON, "I am going to kill myself tonight."])
def test_a_wish_for_a_person_and_a_grave_message_are_never_limited(side: Side, text: str) -> None:
    made = [opened(side, text, email="ben@example.com", name="Ben Stone") for _ in range(ALLOWED + 2)]
    assert [len(side.replies(t)) for t in made] == [1] * len(made)


def test_equal_texts_of_different_people_are_never_limited(side: Side) -> None:
    people = [
        (f"student{n}@campus.example", name)
        for n, name in enumerate(("Ann Oak", "Ben Elm", "Cem Ash", "Dee Fir", "Eva Yew"))
    ]
    made = [opened(side, RETURN, email=address, name=name) for address, name in people]
    assert [len(side.replies(t)) for t in made] == [1] * len(people)


def test_many_people_with_one_text_are_an_incident_one_alert_and_each_gets_their_notice(side: Side) -> None:
    made = []
    for n in range(CROWD):
        made.append(opened(side, RETURN, email=f"p{n}@example.com", name=f"Ann {chr(65 + n)}"))
        side.house.clock.advance(5)
    assert [len(side.replies(t)) for t in made] == [1] * CROWD
    assert [side.verdicts(t)[0] for t in made] == ["answer"] * INCIDENT + ["handoff"] * (CROWD - INCIDENT)
    assert (
        "about the same thing" in side.replies(made[-1])[0]
        and "writing the same right now" in side.notes(made[-1])[0]
    )
    assert hits(side, made[-1])["many people write the same"] == "21 people wrote the same within 15 minutes"
    assert shown(side.house) == ["21 people wrote the same within 15 minutes"]
    assert (
        side.verdicts(
            opened(side, "Do you ship to the EU, and how long does it take?", email="bo@example.com")
        )[0]
        == "answer"
    )
    side.house.clock.advance(4 * 3_600)
    assert side.verdicts(opened(side, RETURN, email="cy@example.com"))[0] == "answer"


def test_an_incident_that_was_lifted_stays_lifted(house: House) -> None:
    side = zendesk_side(house)
    house.change_policy(lambda policy: policy | {"incident_people": 3})
    made = [opened(side, RETURN, email=f"p{n}@example.com") for n in range(4)]
    [on] = fallbacks_on(house)
    end_fallback(
        house.db, DEFAULT_TENANT, on.topic, on.desk, "Ana", house.keys, house.clock(), house.work.new_id
    )
    made.append(opened(side, RETURN, email="p9@example.com"))
    assert [side.verdicts(t)[0] for t in made] == ["answer", "answer", "answer", "handoff", "answer"]


def test_many_who_want_a_person_are_no_incident(house: House) -> None:
    side = zendesk_side(house)
    house.change_policy(lambda policy: policy | {"incident_people": 3})
    for n in range(6):
        assert side.verdicts(opened(side, PERSON, email=f"p{n}@example.com"))[0] == "handoff"
    assert shown(house) == []


def test_the_same_words_over_a_longer_time_are_no_incident(house: House) -> None:
    side = zendesk_side(house)
    house.change_policy(lambda policy: policy | {"incident_people": 3})
    for n in range(6):
        assert side.verdicts(opened(side, RETURN, email=f"p{n}@example.com"))[0] == "answer"
        house.clock.advance(400)
    assert shown(house) == []


def fallbacks_on(house: House) -> list[Fallback]:
    with house.db.read() as tx:
        return fallbacks(tx, DEFAULT_TENANT, house.clock())


def shown(house: House) -> list[str]:
    """What the console's alert says of topics that are with people."""
    return [one.why for one in fallbacks_on(house)]


def test_a_number_in_the_subject_that_counts_on_makes_no_other_text(side: Side) -> None:
    """Whether the question is read with its subject depends on the number in it."""
    made = [
        opened(side, NUMBERED.format(n=SIX_DIGITS + n), email="robot@zed.example", name="Zed",
               subject=f"Parcel {n}")
        for n in (1, 7, 98, 99, 100, 101, 102, 999, 1000, 1001)
    ]
    assert [len(side.replies(t)) for t in made] == [1] * ALLOWED + [0] * (len(made) - ALLOWED)


def test_however_many_tickets_one_machine_opens_it_gets_three_replies(house: House, figures: Figures) -> None:
    for n in range(LONG):  # one a second, which is about what the desk's rate lets us write
        house.desk.do.customer_ticket(
            name="Zed", email="robot@zed.example", subject=f"Parcel {n}",
            text=NUMBERED.format(n=SIX_DIGITS + n),
        )
        house.delivered()
        house.clock.advance(1)
        house.drain()
    house.settle(60)
    public = [row for row in house.rows(outbox) if row.effect == "public"]
    replies = sum(len(house.replies(row.ticket)) for row in public)
    figures("limits", "replies_to_one_machine", replies, LONG, cap=ALLOWED)
    assert (len(decided(house)), len(public), replies) == (LONG, ALLOWED, ALLOWED)


def decided(house: House) -> list[str]:
    """The tickets that have a verdict."""
    return [row.ticket for row in house.rows(tickets) if row.handled_turn]
