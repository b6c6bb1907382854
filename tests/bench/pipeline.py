"""A ticket in the worker, from the claim to its effects in the outbox, beside embedding and search of the
same question alone.

CPU time of the worker's thread only: the sandbox desk lives in other threads of this process. Calls at the
desk and commits are the desk's and the disk's speed, not ours: they are measured apart.
"""
from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from app.store.database import DEFAULT_TENANT
from app.store.tables import inbox
from connectors.contract import Connector
from demo.scenes import HELP_CENTRE
from tests.bench.houses import open_shop
from tests.bench.measure import ratios
from tests.emit import Emit
from tests.flow.house import House
from workers.deciding.process import process_one
from workers.knowledge.fit import read_rows
from workers.work import Work

TICKETS, WARM = 24, 4
QUESTIONS = HELP_CENTRE.parent / "questions" / "eval.jsonl"


def run(emit: Emit) -> None:
    questions = [str(r["question"]) for r in read_rows(QUESTIONS) if r["answerable"]][: TICKETS + WARM]
    with open_shop() as house:
        measured = [_one(house, n, text) for n, text in enumerate(questions)][WARM:]
    found = ratios([m.own for m in measured], [m.parts for m in measured])
    emit(
        "bench",
        "pipeline_vs_parts",
        found.value,
        found.n,
        unit="ratio",
        bar="≤ 1.25",
        **found.fields(),
        cpu_ms=_ms(m.own for m in measured),
        desk_calls_ms=_ms(m.desk for m in measured),
        commits_ms=_ms(m.commits for m in measured),
        answered=sum(m.answered for m in measured),
        baseline="embed + search of the same questions, CPU ms",
        baseline_value=_ms(m.parts for m in measured),
    )


@dataclass(frozen=True, slots=True)
class _Measured:
    """Seconds of CPU time. `own` is what remains without the desk's calls and the commits."""

    own: float
    parts: float
    desk: float
    commits: float
    answered: bool


class _Meter:
    """Adds up the thread's CPU time of what runs inside `apart`; what is inside another counts once."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inside = False

    @contextmanager
    def apart(self, what: str) -> Iterator[None]:
        if self._inside:
            yield
            return
        began, self._inside = time.thread_time(), True
        try:
            yield
        finally:
            self._inside = False
            self.seconds[what] = self.seconds.get(what, 0.0) + time.thread_time() - began


def _one(house: House, number: int, text: str) -> _Measured:
    ticket = house.write(text, "A question", f"Customer {number}", f"customer{number}@example.com")
    house.clock.advance(3)
    meter, asked = _Meter(), []
    work = _metered(house.work, meter, asked)
    began = time.thread_time()
    assert process_one(work), "the ticket's delivery is due"
    whole = time.thread_time() - began
    [row] = [r for r in house.rows(inbox) if r.subject_id == ticket]
    assert row.state == "done", row.state
    # The same texts, in the same process, right after: what the machine does to one it does to the other.
    began = time.thread_time()
    for question, options in asked:
        house.work.search(DEFAULT_TENANT).search(question, **options)
    parts = time.thread_time() - began
    house.settle()
    desk, commits = meter.seconds.get("desk", 0.0), meter.seconds.get("commit", 0.0)
    return _Measured(whole - desk - commits, parts, desk, commits, row.result == "answer")


def _metered(work: Work, meter: _Meter, asked: list[tuple[str, dict[str, Any]]]) -> Work:
    connector: Callable[[str], Connector] = lambda kind: _Wrapped(work.connector(kind), meter)  # noqa: E731
    return replace(
        work,
        db=_MeteredDatabase(work.db, meter),
        connector=connector,
        search=lambda tenant: _Noted(work.search(tenant), asked),
    )


class _Noted:
    """A search that keeps what it was asked."""

    def __init__(self, search: Any, asked: list[tuple[str, dict[str, Any]]]) -> None:
        self._search, self._asked, self.languages = search, asked, search.languages

    def search(self, question: str, **options: Any) -> Any:
        self._asked.append((question, options))
        return self._search.search(question, **options)


class _Wrapped:
    """A connector whose desks measure each of their calls apart."""

    def __init__(self, inner: Any, meter: _Meter) -> None:
        self._inner, self._meter = inner, meter

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def call(*given: Any, **named: Any) -> Any:
            with self._meter.apart("desk"):
                made = found(*given, **named)
            # `desk(...)` and `outbound(...)` only make the object whose methods call; what those return is
            # plain data.
            return _Wrapped(made, self._meter) if name in ("desk", "outbound") else made

        return call


class _MeteredDatabase:
    """The database, the end of each writing transaction measured apart."""

    def __init__(self, db: Any, meter: _Meter) -> None:
        self._db, self._meter = db, meter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    @contextmanager
    def write(self) -> Iterator[Any]:
        writing = self._db.write()
        tx = writing.__enter__()
        try:
            yield tx
        except BaseException as error:
            writing.__exit__(type(error), error, error.__traceback__)
            raise
        with self._meter.apart("commit"):
            writing.__exit__(None, None, None)


def _ms(seconds: Any) -> float:
    return median(seconds) * 1000
