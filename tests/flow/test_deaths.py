"""Workers die at any point, break on one ticket, or work side by side: one reply for each customer turn, and
nothing lost."""
from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from app.store.tables import inbox, signals
from tests.flow.faulty import PERSON, RETURN, answered_once, handed_off_once, rows_of, states
from tests.flow.house import House
from workers.deciding import gather, process
from workers.deciding.process import process_one
from workers.rows.lease import Superseded
from workers.sending.deliver import deliver_one
from workers.work import Work

# Seconds between the tickets: more than twenty of one text in a quarter of an hour are an incident.
APART = 60


class Killed(BaseException):
    """A process that is gone: nothing of it runs any more, and nobody catches this."""


class Mortal:
    """The work of a process that dies at its `at`th step: before or after a transaction, before or after a
    call to the desk."""

    def __init__(self, work: Work, at: int) -> None:
        self.steps, self._at = 0, at
        self.work = replace(
            work,
            db=_MortalDatabase(work.db, self.step),
            connector=lambda kind: _MortalConnector(work, kind, self.step),
        )

    def step(self) -> None:
        self.steps += 1
        if self.steps >= self._at:
            raise Killed(f"at step {self._at}")


class Paused(Mortal):
    """The work of a process that is stopped at its `at`th step, longer than any lease, and goes on as if
    nothing had been."""

    def __init__(self, work: Work, at: int, meanwhile: Callable[[], None]) -> None:
        super().__init__(work, at)
        self._meanwhile = meanwhile

    def step(self) -> None:
        self.steps += 1
        if self.steps == self._at:
            self._meanwhile()


class _MortalDatabase:
    def __init__(self, inner: Any, step: Callable[[], None]) -> None:
        self._inner, self._step, self.read = inner, step, inner.read

    @contextmanager
    def write(self) -> Iterator[Any]:
        self._step()
        with self._inner.write() as tx:
            yield tx
        self._step()


class _MortalConnector:
    def __init__(self, work: Work, kind: str, step: Callable[[], None]) -> None:
        self._inner, self._step = work.connector(kind), step
        self.capabilities, self.budget = self._inner.capabilities, self._inner.budget

    def desk(self, *given: Any) -> Any:
        return _Calls(self._inner.desk(*given), self._step)

    def outbound(self, *given: Any) -> Any:
        return _Calls(self._inner.outbound(*given), self._step)


class _Calls:
    def __init__(self, inner: Any, step: Callable[[], None]) -> None:
        self._inner, self._step = inner, step

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._inner, name)

        def between(*given: Any) -> Any:
            self._step()
            answer = call(*given)
            self._step()
            return answer

        return between


def _work_until_dead(house: House, at: int) -> bool:
    """Let a process work that dies at that step; False when there was less to do."""
    mortal = Mortal(house.work, at)
    for _ in range(5):
        house.clock.advance(1)
        try:
            while process_one(mortal.work) or deliver_one(mortal.work):
                pass
        except Killed:
            return True
    return False


@pytest.mark.parametrize(("text", "check", "fewest"), [
    (RETURN, answered_once, 18), (PERSON, handed_off_once, 26),
], ids=["answer", "hand-off"])
def test_a_worker_may_die_at_any_step(
    house: House, text: str, check: Callable[[House, str], None], fewest: int
) -> None:
    at, died = 0, True
    while died:
        at += 1
        house.clock.advance(APART)
        ticket = house.write(text, email=f"customer{at}@example.com")
        house.clock.advance(2)
        died = _work_until_dead(house, at)
        house.settle(240, step=20)
        try:
            check(house, ticket)
        except (AssertionError, ValueError) as error:
            raise AssertionError(f"died at step {at}: {states(house, ticket)}") from error
        assert set(states(house, ticket)) == {"sent"}
    assert at > fewest, "every transaction and every call was a point to die at"
    assert {r.state for r in house.rows(inbox)} == {"done"}


@pytest.mark.parametrize(("text", "check"), [(RETURN, answered_once), (PERSON, handed_off_once)],
ids=["answer", "hand-off"])
def test_a_worker_may_wake_up_at_any_step_after_another_has_worked(
    house: House, text: str, check: Callable[[House, str], None]
) -> None:
    at, reached = 0, True
    while reached:
        at += 1
        house.clock.advance(APART)
        ticket = house.write(text, email=f"customer{at}@example.com")
        house.clock.advance(2)
        paused = Paused(house.work, at, lambda: house.settle(300, step=20))
        for _ in range(4):
            house.clock.advance(1)
            busy = True
            while busy:
                try:
                    busy = process_one(paused.work) or deliver_one(paused.work)
                except Superseded:
                    busy = True
        reached = paused.steps >= at
        house.settle(240, step=20)
        check(house, ticket)
        assert set(states(house, ticket)) == {"sent"}, f"woke up at step {at}"
        assert len(house.entries(ticket)) == 1
        assert [e.kind for e in house.entries(ticket, "sent")] == ["sent"] * len(rows_of(house, ticket)), (
            f"woke up at step {at}"
        )


def test_a_worker_may_die_twice_on_one_ticket(house: House) -> None:
    for first, second in ((3, 3), (6, 9), (13, 4), (15, 6)):
        ticket = house.write(RETURN, email=f"customer{first}-{second}@example.com")
        house.clock.advance(2)
        assert _work_until_dead(house, first)
        house.clock.advance(110)
        assert _work_until_dead(house, second)
        house.settle(300, step=5)
        answered_once(house, ticket)


def test_a_poison_ticket_ends_after_three_tries_while_others_flow(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, tries, poison = gather.read_ticket, [], []

    def read_ticket(ticket: Any, *more: Any) -> Any:
        if ticket.id in poison:
            tries.append(ticket.id)
            raise ZeroDivisionError("a parser that breaks on this ticket")
        return read(ticket, *more)

    monkeypatch.setattr(gather, "read_ticket", read_ticket)
    poison.append(house.write(RETURN, email="poison@example.com"))
    fine = house.write(RETURN, email="b@example.com")
    for _ in range(60):
        house.clock.advance(2)
        house.drain()
        if len(tries) == 1:
            answered_once(house, fine)
    assert len(tries) == 3, "two tries, and one alone"
    [row] = [r for r in house.deliveries() if r.subject_id == poison[0]]
    assert row.state == "bad" and "broke 3 times, the last time alone" in row.result
    [note], [reply] = house.notes(poison[0]), house.replies(poison[0])
    assert (
        note["id"] < reply["id"]
        and "could not read this ticket" in note["plain_body"]
        and "was told" in note["plain_body"]
    )
    assert "You are in a person's queue" in reply["plain_body"] and house.owner(poison[0]) == "people"


def test_when_even_the_plain_note_breaks_the_shelf_and_a_signal_are_left(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(process, "gather", broken)
    monkeypatch.setattr(process, "decide_unread", broken)
    ticket = house.write(RETURN)
    house.settle(400, step=10)
    assert [r.state for r in house.rows(inbox) if r.subject_id == ticket] == ["bad", "bad"]
    assert len([s for s in house.rows(signals) if s.kind == "given_up" and s.ticket == ticket]) == 2
    assert house.notes(ticket) == house.replies(ticket) == []


def test_two_workers_side_by_side_never_double(house_on_both: House) -> None:
    house = house_on_both
    tickets = [house.write(RETURN, email=f"customer{n}@example.com") for n in range(6)]
    asked = [house.write(PERSON, email=f"other{n}@example.com") for n in range(3)]
    broken: list[BaseException] = []

    def worker() -> None:
        try:
            for _ in range(12):
                together.wait(20)
                busy = True
                while busy:
                    try:
                        busy = process_one(house.work) or deliver_one(house.work)
                    except Superseded:
                        busy = True
                together.wait(20)
        except BaseException as error:
            broken.append(error)
            together.abort()

    together = threading.Barrier(3)
    threads = [threading.Thread(target=worker, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(12):
        house.clock.advance(1)
        together.wait(20)
        together.wait(20)
    for thread in threads:
        thread.join(10)
    assert broken == []
    house.settle(120, step=5)
    for ticket in tickets:
        answered_once(house, ticket)
        assert len(house.entries(ticket)) == 1
    for ticket in asked:
        handed_off_once(house, ticket)
