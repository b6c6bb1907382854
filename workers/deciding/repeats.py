"""Answers this customer already got: on this ticket, or on the same matter elsewhere."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.core.deciding.repeats import as_sent
from app.core.reading.matter import Matter, same_matter
from app.core.verdicts import Findings, Reading
from app.store import articles, ledger, said
from app.store.said import SaidAnswer
from connectors.clock import DAY
from workers.deciding.case import Case
from workers.deciding.matters import matter_of, matter_read
from workers.work import Work


def sent_before(work: Work, case: Case, reading: Reading, findings: Findings) -> frozenset[str]:
    """The sentences (`as_sent`) that were sent on this ticket, and to its requester on the same matter within
    the policy's days."""
    tenant, since = case.desk.tenant, case.read_at - case.policy.repeat_days * DAY
    with work.db.read() as tx:
        here = said.on_ticket(tx, tenant, case.desk.id, case.ticket.id)
        known = {answer.entry for answer in here}
        elsewhere = [
            a for a in said.to_requester(tx, tenant, case.address, work.keys, since) if a.entry not in known
        ]
        kept = [(answer, ledger.texts(tx, tenant, answer.entry, work.keys)) for answer in elsewhere]
    asked = matter_read(reading, findings, work.words)
    again = [answer for answer, texts in kept if texts and _same(work, answer, texts, reading, asked)]
    return frozenset(as_sent(text) for text in _quoted(work, tenant, (*here, *again)))


def _same(work: Work, answer: SaidAnswer, texts: Mapping[str, Any], reading: Reading, asked: Matter) -> bool:
    facts = ((fact["kind"], fact["text"]) for fact in texts["entities"])
    pages = dict.fromkeys(article for article, *_ in answer.quotes)
    before = matter_of(texts["question"], answer.topic, facts, pages, answer.language, work.words)
    # What was answered is in a language the model reads, and so is what is searched for now.
    one, other = work.embedder().embed([texts["question"], reading.question])
    return same_matter(before, asked, float(one @ other))


def _quoted(work: Work, tenant: str, answers: Iterable[SaidAnswer]) -> Iterable[str]:
    """The quotes as they were sent: of the very version."""
    quotes = {quote for answer in answers for quote in answer.quotes}
    with work.db.read() as tx:
        texts = {
            (v.article, v.version): v.text
            for v in articles.versions_of(tx, tenant, sorted({(a, v) for a, v, *_ in quotes}))
        }
    return [
        texts[article, version][start:end]
        for article, version, start, end in quotes
        if (article, version) in texts
    ]
