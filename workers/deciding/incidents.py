"""An incident: many people write the same within fifteen minutes. Their topic goes to people for a while, and
the admin hears of it once.

It is a fallback like one set by hand, in the assistant's name: the console shows it, anybody with the right
lifts it, and every customer gets their notice. A text raises no second incident within 24 hours, so that what
was lifted stays lifted.
"""
from __future__ import annotations

import structlog

from app.core.deciding.senders import said
from app.core.reading.floor import Flag
from app.core.verdicts import Reading
from app.store import audit, caps, echoes, places
from app.store.caps import CapRow
from config.policy import Policy
from connectors.clock import HOUR
from workers.deciding.case import Case
from workers.work import Work

BY = "the assistant"
LASTS = 4 * HOUR  # microseconds
log = structlog.get_logger(__name__)


def text_of(work: Work, case: Case, reading: Reading, floor: tuple[Flag, ...]) -> str:
    """The keyed text that is counted; "" for what is not a trouble many may share, and for grave words, whose
    topic would tell their class."""
    if floor or not _tells_of_trouble(case, reading):
        return ""
    words = said(case.address, None, reading.question).text
    return work.keys.mac("echo", case.desk.tenant, case.desk.id, words) if words else ""


def _tells_of_trouble(case: Case, reading: Reading) -> bool:
    """A person's words before anybody has answered them: "thanks", "B please" and a wish for a person are
    many people's at any time."""
    if (
        reading.message is None
        or reading.automatic
        or case.row.act is not None
        or case.held.seen_message is not None
    ):
        return False
    return not (reading.asks_person or reading.asks_identity or reading.settles or reading.acknowledges)


def requester_of(work: Work, case: Case) -> str:
    return work.keys.mac("echoed by", case.desk.tenant, case.address.strip().lower())


def why_of(fallback: CapRow | None) -> str:
    """Why the topic is with people where an incident gave it to them, "" where nothing did, or somebody by
    hand."""
    return fallback.why if fallback is not None and fallback.by == BY else ""


def look(work: Work, case: Case, policy: Policy, topic: str, text: str) -> None:
    """Give the topic to people where so many have just written this text, and nobody did so before within 24
    hours."""
    if not text:
        return
    now, desk = case.read_at, case.desk
    with work.db.read() as tx:
        people = echoes.others(tx, text, requester_of(work, case), now) + 1
    if people <= policy.incident_people:
        return
    with work.db.write() as tx:
        if not places.take(
            tx,
            desk.tenant,
            work.keys.mac("limit", desk.tenant, "incident", f"{text} {topic}"),
            1,
            work.new_id(),
            now,
        ):
            return
        why = f"{people} people wrote the same within {echoes.KEPT // 60_000_000} minutes"
        caps.set_cap(tx, desk.tenant, desk.id, topic, caps.FALLBACK, why, BY, now + LASTS, now, work.new_id())
        detail = {"desk": desk.id, "topic": topic, "why": why, "until": now + LASTS}
        audit.append(tx, desk.tenant, BY, "incident", detail, work.keys, now, work.new_id())
    log.warning("incident: many people write the same", desk=desk.id, topic=topic, people=people)
