"""A desk that refuses one ticket, and a desk that refuses us: only the second stops everything. On both
vendors."""
from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.store.tables import desks, inbox
from connectors.freshdesk.sandbox import SandboxFreshdesk
from connectors.sandbox.faults import Fault
from tests.flow.faulty import BOOTS, RETURN, answered_once, status_of
from tests.flow.house import DESK, House
from tests.flow.on_freshdesk import FRESH, open_freshdesk, replies, write

FORBIDDEN = '{"error": "Forbidden", "description": "You do not have access to this page"}'
NO_ACCESS = '{"code": "access_denied", "message": "You are not authorized to perform this action."}'


@pytest.fixture
def fresh(house: House) -> Iterator[SandboxFreshdesk]:
    with open_freshdesk(house) as desk:
        yield desk


def state_of(house: House, desk: str) -> str:
    return next(str(d.status) for d in house.rows(desks) if d.id == desk)


def ends(house: House, desk: str, ticket: object) -> list[tuple[str, str]]:
    return [
        (r.state, r.result or "") for r in house.rows(inbox) if r.desk == desk and r.subject_id == str(ticket)
    ]


def test_a_ticket_we_may_not_read_is_put_before_a_person_and_the_others_are_answered(house: House) -> None:
    hidden = house.write(RETURN, email="a@example.com")
    house.desk.do.faults.arm(
        Fault(
            "answer", method="GET", path=rf"/tickets/{hidden}(\.json)?$", status=403, body=FORBIDDEN, count=99
        )
    )
    other = house.write(BOOTS, email="b@example.com")
    house.settle(120)
    assert status_of(house) == "active"
    [(state, why)] = ends(house, DESK, hidden)
    assert state == "bad" and "may not see this ticket (403)" in why
    assert house.desk.do.once(int(other)) == 1


def test_a_ticket_we_may_not_write_to_fails_alone(house: House) -> None:
    shut = house.write(RETURN, email="a@example.com")
    house.desk.do.faults.arm(
        Fault(
            "answer", method="PUT", path=rf"/tickets/{shut}(\.json)?$", status=403, body=FORBIDDEN, count=99
        )
    )
    other = house.write(BOOTS, email="b@example.com")
    house.settle(120)
    assert status_of(house) == "active"
    assert house.replies(shut) == []
    assert [r.state for r in house.rows() if r.ticket == shut and r.purpose == "answer"] == ["failed"]
    assert house.desk.do.once(int(other)) == 1


def test_a_user_without_any_rights_stops_the_desk_and_loses_nothing(house: House) -> None:
    ticket = house.write(RETURN)
    house.desk.do.faults.arm(Fault("answer", status=403, body=FORBIDDEN, count=999))
    house.settle(30)
    assert status_of(house) == "broken"
    house.desk.do.clear_faults()
    with house.db.write() as tx:
        tx.execute(desks.update().values(status="active"))
    house.settle(120)
    answered_once(house, ticket)


def test_a_ticket_that_is_gone_ends_quietly_and_the_desk_goes_on(house: House) -> None:
    gone = house.write(RETURN, email="a@example.com")
    del house.desk.state.tickets[int(gone)]
    other = house.write(BOOTS, email="b@example.com")
    house.settle(120)
    assert status_of(house) == "active"
    assert [state for state, _ in ends(house, DESK, gone)] == ["done"]
    assert house.desk.do.once(int(other)) == 1


@pytest.mark.parametrize(("status", "body", "end"), [(403, NO_ACCESS, "bad"), (404, "", "done")])
def test_one_refused_ticket_does_not_stop_a_freshdesk(
    house: House, fresh: SandboxFreshdesk, status: int, body: str, end: str
) -> None:
    hidden = fresh.do.customer_ticket(name="A", email="a@example.com", subject="Shoes", text=RETURN)
    fresh.do.faults.arm(
        Fault("answer", method="GET", path=rf"/tickets/{hidden}$", status=status, body=body, count=99)
    )
    other = write(house, fresh, BOOTS, email="b@example.com")
    assert state_of(house, FRESH) == "active"
    assert [state for state, _ in ends(house, FRESH, hidden)] == [end]
    assert len(replies(fresh, other)) == 1


def test_a_freshdesk_reply_that_is_refused_fails_alone(house: House, fresh: SandboxFreshdesk) -> None:
    shut = fresh.do.customer_ticket(name="A", email="a@example.com", subject="Shoes", text=RETURN)
    fresh.do.faults.arm(
        Fault("answer", method="POST", path=rf"/tickets/{shut}/reply$", status=403, body=NO_ACCESS, count=99)
    )
    other = write(house, fresh, BOOTS, email="b@example.com")
    assert state_of(house, FRESH) == "active"
    assert replies(fresh, int(shut)) == [] and len(replies(fresh, other)) == 1
