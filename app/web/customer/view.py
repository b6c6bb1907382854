"""The customer's view of their ticket: what was sent to them, where it comes from, who has it now, and the
wait they were told."""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from flask import url_for
from sqlalchemy import Connection

from app.core.verdicts import Wait
from app.core.writing.links import deep_link
from app.core.writing.names import first_name
from app.core.writing.wait_sentences import speak_wait
from app.store import customer, evidence, ledger, promises, views
from app.store.evidence import Shown, StoredVersion
from app.store.ledger import VerdictRow
from app.store.links import TicketLink
from app.store.tickets import TicketRow
from app.web import times
from app.web.company import Company
from app.web.house import House
from app.web.reading import without_own_links
from config.policy import Reason
from config.wording import Words
from connectors.records import Writer

OWN = frozenset(writer.value for writer in Writer if writer.owns_ticket)


@dataclass(frozen=True, slots=True)
class SourceView:
    """A page an answer was quoted from; `passages` are the quotes in their context."""

    number: int
    title: str
    updated: str
    link: str | None
    passages: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Wrote:
    """What somebody wrote. `writer`: mine (whose page it is), other, or unknown (kept before a message's
    writer was).

    `name` is that of somebody else, None where the desk holds nothing that reads like one.
    """

    writer: str
    name: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """One message that was sent to the customer. `sentences` (text, source number) for an answer, else the
    whole `text`."""

    at: str
    at_iso: str
    wrote: tuple[Wrote, ...]
    sentences: tuple[tuple[str, int], ...]
    sources: tuple[SourceView, ...]
    text: str


@dataclass(frozen=True, slots=True)
class WaitView:
    text: str
    told_at: str
    told_iso: str
    replied_at: str | None


@dataclass(frozen=True, slots=True)
class PassedOn:
    """The customer's copy of a hand-off: the same facts the agents got, nothing of theirs."""

    why: str
    wrote: tuple[Wrote, ...]
    looked_up: tuple[str, ...]
    answered: bool


@dataclass(frozen=True, slots=True)
class CustomerView:
    """`owner`: reading (no reply yet), question (it asks one), assistant (it has replied), asked (a person is
    being called), queue (handed over), people (one has acted)."""

    language: str
    subject: str | None
    owner: str
    team: str | None
    told: tuple[Told, ...]  # newest first
    wait: WaitView | None
    passed_on: PassedOn | None
    until: str
    again: str = ""  # the assistant may be asked again: offered, or asked; "" when it may not


def asking(connection: Connection, link: TicketLink) -> bool:
    """Whether the customer's wish for a person is on its way."""
    return customer.wishes_under_way(connection, link) > 0


def presses(connection: Connection, link: TicketLink) -> int:
    """How many wishes of this ticket have been carried out."""
    return customer.wishes_carried_out(connection, link)


def customer_view(
    connection: Connection,
    house: House,
    link: TicketLink,
    ticket: TicketRow,
    company: Company,
    words: Words,
    now: int,
) -> CustomerView:
    """Everything the page shows, read in one transaction. Internal notes and scores have no place here, nor
    what was said while the ticket was somebody else's."""
    language = words.language
    everything = ledger.verdicts_of(connection, link.tenant, link.desk, link.ticket)
    entries = [e for e in everything if e.of in (None, ticket.requester)]
    texts = {e.id: ledger.texts(connection, link.tenant, e.id, house.keys) or {} for e in entries}
    sent = customer.sent(connection, link)
    told = [e for e in entries if e.id in sent]
    versions = evidence.load(
        connection,
        link.tenant,
        {
            (str(s["article"]), str(s["version"]))
            for e in entries
            for s in (*_sentences(texts[e.id]), *_looked(e))
            if "article" in s
        },
    )
    handed = next((e for e in everything if e.verdict == "handoff"), None)
    owner = _owner(connection, link, ticket, handed, told)
    copy = handed if handed in entries and owner in ("queue", "people") else None
    return CustomerView(
        language=language,
        subject=views.open_subject(connection, link.tenant, house.keys, ticket),
        owner=owner,
        team=_team(handed, company, language) if owner == "queue" else None,
        told=tuple(_told(e, sent[e.id], texts[e.id], versions, company, language) for e in told),
        wait=_wait(connection, link, entries, company, words, now),
        passed_on=_passed_on(copy, texts[copy.id], versions, words, any(e.seq < copy.seq for e in told))
        if copy
        else None,
        until=times.day(link.until, company.tz, language),
        again=_again(connection, link, handed) if owner == "queue" and handed else "",
    )


def _owner(connection: Connection, link: TicketLink, ticket: TicketRow, handed: VerdictRow | None,
           told: list[VerdictRow]) -> str:
    if ticket.owner != "people":
        if asking(connection, link):
            return "asked"
        return "reading" if not told else "question" if told[0].verdict == "clarify" else "assistant"
    # Handed over is not taken up: we say that a person has it only when one has been seen to act.
    if handed is None:
        return "people"
    return "people" if customer.replied_since(connection, link, handed.at) else "queue"


def _again(connection: Connection, link: TicketLink, handed: VerdictRow) -> str:
    """What a person must see in any case is not offered back."""
    if asking(connection, link):
        return "asked"
    must = json.loads(handed.payload).get("verdict", {}).get("reason") == Reason.MUST_HANDOFF
    return "" if must or customer.asked_assistant(connection, link) else "offered"


def _told(
    entry: VerdictRow,
    at: int,
    texts: Mapping[str, Any],
    versions: Mapping[tuple[str, str], StoredVersion],
    company: Company,
    language: str,
) -> Told:
    sentences = _sentences(texts) if entry.verdict == "answer" else []
    return Told(
        at=times.stamp(at, company.tz, language), at_iso=times.iso(at), wrote=_wrote(texts),
        sentences=tuple((str(s.get("text") or ""), int(s.get("number") or 0)) for s in sentences),
        sources=_sources(sentences, versions, company, language),
        text="" if sentences else without_own_links(str(texts.get("reply") or "")),
    )


def _sources(
    sentences: list[Mapping[str, Any]],
    versions: Mapping[tuple[str, str], StoredVersion],
    company: Company,
    language: str,
) -> tuple[SourceView, ...]:
    by_number: dict[int, list[tuple[StoredVersion, int, int]]] = {}
    for s in sentences:
        stored = versions.get((str(s.get("article")), str(s.get("version"))))
        # Public when it was quoted does not mean public today; the quote was sent, but the page around it is
        # not shown again.
        if stored is not None and stored.public:
            by_number.setdefault(int(s.get("number") or 0), []).append(
                (stored, int(s.get("start") or 0), int(s.get("end") or 0))
            )
    return tuple(
        SourceView(
            number=number,
            title=places[0][0].title,
            updated=times.day(places[0][0].updated_at, company.tz, language),
            link=_link(places[0][0], places[0][1], places[0][2]),
            passages=_passages(places),
        )
        for number, places in sorted(by_number.items())
    )


def _passages(places: list[tuple[StoredVersion, int, int]]) -> tuple[Shown, ...]:
    """Quotes that follow each other are shown as one."""
    runs: list[tuple[StoredVersion, int, int]] = []
    for stored, start, end in sorted(places, key=lambda place: place[1]):
        if runs and not stored.text[runs[-1][2]:start].strip():
            runs[-1] = (stored, runs[-1][1], end)
        else:
            runs.append((stored, start, end))
    return tuple(evidence.in_context(stored.text, start, end) for stored, start, end in runs)


def _link(stored: StoredVersion, start: int, end: int) -> str | None:
    own = url_for("articles.show", article=stored.article, version=stored.version)
    return deep_link(stored.url, stored.text[start:end]) if stored.url else own


def _wait(connection: Connection, link: TicketLink, entries: list[VerdictRow], company: Company, words: Words,
          now: int) -> WaitView | None:
    made = promises.newest_told(connection, link.tenant, link.desk, link.ticket, [e.id for e in entries])
    entry = next((e for e in entries if made is not None and e.id == made.entry), None)
    wait = wait_of(json.loads(entry.payload)) if entry is not None else None
    if made is None or wait is None:
        return None
    return WaitView(
        # Spoken as of now: "within 40 minutes" would be wrong an hour later, the clock time it meant is not.
        text=speak_wait(wait, company.hours, words, now, None),
        told_at=times.stamp(made.made_at, company.tz, words.language),
        told_iso=times.iso(made.made_at),
        replied_at=times.stamp(made.replied_at, company.tz, words.language) if made.replied_at else None,
    )


def wait_of(payload: Mapping[str, Any]) -> Wait | None:
    """The wait as the ledger holds it; None when the entry has none, or one of another release's shape."""
    raw = payload.get("wait")
    known = {f.name for f in fields(Wait)}
    if not isinstance(raw, Mapping) or not {"bound_at", "why_not", "as_of"} <= raw.keys():
        return None
    given: dict[str, Any] = dict.fromkeys(known) | {"inputs": {}, "version": ""}
    return Wait(**(given | {k: v for k, v in raw.items() if k in known}))


def _team(handed: VerdictRow | None, company: Company, language: str) -> str | None:
    """The group that has it as the customer was told of it; None for one that nothing names."""
    payload = json.loads(handed.payload) if handed else {}
    route = str(payload.get("verdict", {}).get("route"))
    if "went_to" not in payload:  # kept before a hand-off said where it really went
        return company.team(route, company.group_of(route), language)
    return company.team(route, (payload["went_to"] or {}).get("group"), language)


def _passed_on(
    handed: VerdictRow,
    texts: Mapping[str, Any],
    versions: Mapping[tuple[str, str], StoredVersion],
    words: Words,
    answered: bool,
) -> PassedOn:
    detail = json.loads(handed.payload).get("verdict", {}).get("detail")
    why = (words.texts.get(f"message.handoff.why.{handed.reason}.{key}") for key in (detail, "default"))
    titles = (
        stored.title
        for c in _looked(handed)[:3]
        if (stored := versions.get((str(c.get("article")), str(c.get("version"))))) is not None
        and stored.public
    )
    return PassedOn(next((w for w in why if w), ""), _wrote(texts), tuple(dict.fromkeys(titles)), answered)


def _wrote(texts: Mapping[str, Any]) -> tuple[Wrote, ...]:
    """The turn's words: as one text where they are all of whose page it is, else each with its writer."""
    voices, question = texts.get("wrote"), str(texts.get("question") or "")
    if not isinstance(voices, list) or all(v.get("writer") in OWN for v in voices):
        return (Wrote("unknown" if voices is None else "mine", None, question),) if question else ()
    said = (
        Wrote("mine" if v.get("writer") in OWN else "other", _name(v), str(v.get("text") or ""))
        for v in voices
    )
    return tuple(wrote for wrote in said if wrote.text)


def _name(voice: Mapping[str, Any]) -> str | None:
    name = str(voice.get("name") or "")
    # An address stands in for a name at many desks, and does not concern whoever opens this page.
    return name if first_name(name) else None


def _sentences(texts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [s for s in texts.get("sentences") or [] if isinstance(s, Mapping)]


def _looked(entry: VerdictRow) -> list[Mapping[str, Any]]:
    findings = json.loads(entry.payload).get("findings") or {}
    return [c for c in findings.get("candidates") or [] if isinstance(c, Mapping)]
