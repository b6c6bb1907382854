"""The worker's own functions on a ticket that is given: taken, read, decided, composed. Nothing is recorded
and nothing sent.

The store is the suite's, with the articles as the product synced them; desk and policy are stored rows, and
the desk is a fake that hands out the ticket. The policy is the shipped one, allowed to send: what is scored
is what a customer would get.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import yaml

from app.core.deciding.conclude import conclude
from app.core.deciding.decided import Decided
from app.core.memory import TicketMemory
from app.core.verdicts import Findings
from app.core.writing.compose import Composed, compose
from app.keys import load_keys
from app.store import desks, policies, tables, tickets
from app.store.database import DEFAULT_TENANT
from app.store.ids import new_id
from app.store.queues import inbox
from app.store.queues.effects import effect_json
from app.store.queues.inbox import NewRow
from config.load import SHIPPED_POLICY
from config.policy import Mode
from config.settings import load_settings
from config.wording import LANGUAGES, load_words
from connectors.clock import DAY, MINUTE, SetClock
from connectors.contract import Connector
from connectors.records import Change, Message, Person, QueueSnapshot, Role, Stamp, Status, Ticket
from workers.deciding.case import Case
from workers.deciding.floor import read_floor
from workers.deciding.gather import gather
from workers.deciding.supply import supplies_of
from workers.deciding.take import take
from workers.knowledge.embed import Embedder
from workers.knowledge.fit import Corpus
from workers.knowledge.likeness import Likeness
from workers.knowledge.run import Finder
from workers.work import Nearness, Work

DESK = "quality"
NOW = 1_791_882_720_000_000  # a Tuesday, 10:12 in London: people are at work
MAYA = Person("c1", Role.CUSTOMER, "Maya Okonkwo", "maya@example.com")
ASSISTANT = Person("a1", Role.ASSISTANT, "Larkfield AI assistant")
WAITING = 3  # tickets in every queue
ADDRESS = "http://127.0.0.1:8642"  # ours, as messages name it; nothing listens there
EMPTIED = (tables.inbox, tables.tickets, tables.desks, tables.policy_versions)


@dataclass(frozen=True, slots=True)
class Played:
    """What the worker made of a ticket. `same`: decided once more from the start, every effect came out
    byte for byte the same."""

    decided: Decided
    composed: Composed
    same: bool


class Worker:
    """A worker of one desk whose help centre is the corpus's."""

    def __init__(
        self,
        corpus: Corpus,
        embedder: Embedder,
        folder: Path,
        visibility: str = "public",
        likeness: Nearness | None = None,
    ) -> None:
        near = likeness or Likeness(embedder)
        self._shelf = corpus
        self._desk = _Desk()
        self._search = _Search(
            corpus, Finder(corpus.db, DEFAULT_TENANT, folder, embedder, "bundled").languages, visibility
        )
        settings = load_settings(
            {
                "CANDOR_VAR": str(folder),
                "CANDOR_PUBLIC_URL": ADDRESS,
                "CANDOR_SANDBOX_DESKS": "yes",
                "CANDOR_DEBOUNCE_SECONDS": "0",
                "CANDOR_DEBOUNCE_CAP_SECONDS": "0",
            }
        )
        self._work = Work(
            settings=settings,
            db=corpus.db,
            keys=load_keys(settings)[0],
            clock=SetClock(NOW),
            new_id=new_id,
            words={code: load_words(code) for code in LANGUAGES},
            search=lambda tenant: self._search,
            embedder=lambda: embedder,
            likeness=lambda: near,
            ring=lambda *_: None,
            connector=lambda kind: cast(
                Connector, SimpleNamespace(desk=lambda connection, clock: self._desk)
            ),
        )
        self._set_up()

    def decided(
        self, ticket: Ticket, memory: TicketMemory | None = None, without: Collection[str] = ()
    ) -> Played:
        """The verdict on the ticket and its messages; `without` are the source's ids of articles that are
        taken out of the search."""
        self._desk.held = ticket
        self._search.without = [self._shelf.id_of[one] for one in without if one in self._shelf.id_of]
        row, desk, held, policy = self._taken(ticket, memory)

        def once() -> tuple[Decided, Composed]:
            read = Case(row, desk, held, policy, self._work.desk(desk).ticket(row.subject_id), NOW)
            floor = read_floor(self._work, read)
            case = replace(read, ticket=floor.ticket)
            decided = conclude(gather(self._work, case, floor))
            supplies = supplies_of(self._work, case, decided)
            return decided, compose(case.ticket, decided, supplies, self._work.words)

        decided, composed = once()
        return Played(decided, composed, _bytes(composed) == _bytes(once()[1]))

    def _set_up(self) -> None:
        with self._work.db.write() as tx:
            for table in EMPTIED:  # of an earlier run
                tx.execute(table.delete())
            policies.add(tx, DEFAULT_TENANT, sending_policy(), "quality", "scored as it would be sent", NOW)
            desks.add(
                tx, DEFAULT_TENANT, DESK, "fake", "Quality", {}, frozenset(), ADDRESS, self._work.keys, NOW
            )
            groups = {
                team.group: team.group for team in policies.parsed(*policies.newest(tx, DEFAULT_TENANT)).teams
            }
            desks.installed(
                tx,
                DEFAULT_TENANT,
                DESK,
                {"user_name": ASSISTANT.name, "groups": groups},
                (),
                True,
                self._work.keys,
            )

    def _taken(self, ticket: Ticket, memory: TicketMemory | None) -> Any:
        """The ticket's delivery, taken as a worker takes it."""
        with self._work.db.write() as tx:
            if memory is not None:
                known = tickets.lease(tx, DEFAULT_TENANT, DESK, ticket.id, NOW, 0, new_id())
                assert known is not None
                seen = ticket.messages[-2].id if len(ticket.messages) > 1 else None
                tickets.save(tx, known.id, known.fence, memory=memory.to_json(), seen_message=seen)
            inbox.accept(
                tx,
                DEFAULT_TENANT,
                NewRow(new_id(), DESK, "delivery", ticket.id, "ticket", ticket.id, b"", NOW, NOW),
            )
        taken = take(self._work)
        assert taken is not None and taken.desk is not None and taken.held is not None
        assert taken.row.subject_id == ticket.id, "another row was due"
        return (
            taken.row,
            desks.opened(taken.desk, self._work.keys),
            taken.held,
            policies.parsed(*taken.policy),
        )


class _Desk:
    """A desk that knows one ticket, and has some others waiting."""

    def __init__(self) -> None:
        self.held: Ticket | None = None

    def ticket(self, ticket_id: str) -> Ticket:
        assert self.held is not None and self.held.id == ticket_id
        return self.held

    def history(self, ticket_id: str, since: int) -> Sequence[Change]:
        return ()

    def queue(self, group: str | None) -> QueueSnapshot:
        return QueueSnapshot(group, WAITING, NOW, "count")


class _Search:
    """The worker's search on the corpus's index, from which articles can be taken out."""

    def __init__(self, corpus: Corpus, languages: frozenset[str], visibility: str) -> None:
        self._searcher, self.languages, self._visibility = corpus.searcher, languages, visibility
        self.without: Sequence[str] = ()

    def prepare(self) -> None:
        self._searcher.prepare(self._visibility)

    def search(self, question: str, *, visibility: str = "public", k: int = 8) -> Findings:
        asked = self._visibility if visibility == "public" else visibility
        return self._searcher.search(question, visibility=asked, k=k, exclude=self.without)


def sending_policy() -> str:
    """The shipped policy as YAML, with everything sent."""
    shipped = yaml.safe_load(SHIPPED_POLICY.read_text("utf-8"))
    return yaml.safe_dump(
        {**shipped, "modes": [{"mode": Mode.SEND.value}], "accept_uncalibrated": True}, allow_unicode=True
    )


def question_ticket(number: str, question: str) -> Ticket:
    """A new ticket that says nothing but the question."""
    return _ticket(number, (Message("m1", MAYA, NOW - MINUTE, True, question),))


def conversation_ticket(number: str, spoken: Sequence[Mapping[str, str]]) -> tuple[Ticket, TicketMemory]:
    """A ticket with the conversation in it, and what the worker remembers of it. Turns are a day apart: the
    cap on replies in a day is a rule about pace, and the source says nothing about that."""
    last = len(spoken)
    messages = tuple(
        Message(
            f"m{place}",
            MAYA if one["role"] == "user" else ASSISTANT,
            NOW - MINUTE - (last - place) * DAY,
            True,
            one["text"],
        )
        for place, one in enumerate(spoken, 1)
    )
    replies = tuple(m.at for m in messages if m.author is ASSISTANT)
    return _ticket(number, messages), TicketMemory(
        noticed=bool(replies), replies=replies, answered=len(replies)
    )


def _ticket(number: str, messages: tuple[Message, ...]) -> Ticket:
    at = messages[-1].at
    return Ticket(
        DESK, number, "", Status.OPEN, MAYA, messages, Stamp(str(at), at, NOW, NOW), messages[0].at, at
    )


def _bytes(composed: Composed) -> list[tuple[str, str, str]]:
    return [(one.purpose, one.kind, effect_json(one.effect)) for one in composed.planned]
