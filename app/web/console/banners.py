"""What everybody who opens the console must know before anything else."""
from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from app.store.tables import caps, desks
from app.web.company import Company


@dataclass(frozen=True, slots=True)
class Banner:
    """`tone` is bad (something is refused or lost) or note (somebody chose this, and should see it)."""

    tone: str
    text: str


def banners(connection: Connection, tenant: str, company: Company, now: int) -> list[Banner]:
    found: list[Banner] = []
    for desk in connection.execute(select(desks).where(desks.c.tenant == tenant).order_by(desks.c.name)):
        if not json.loads(desk.secrets):
            found.append(Banner("bad", f"{desk.name} has no signing secret. Its deliveries are refused with 503 until one is set: "
                                       "run “flask --app candor connect”."))
        if desk.status != "active":
            because = f" ({desk.status_why})" if desk.status_why else ""
            found.append(Banner("bad", f"{desk.name} is {desk.status}{because}. Its tickets wait here; nothing is lost."))
    switched_off = select(caps).where(
        caps.c.tenant == tenant, caps.c.cap == "kill", or_(caps.c.until.is_(None), caps.c.until > now)).order_by(caps.c.created_at)
    for cap in connection.execute(switched_off):
        found.append(Banner("bad", f"Sending is switched off by {cap.by}: {cap.why}."))
    if company.policy_version == 0:
        found.append(Banner("bad", "No policy has been kept yet, so nothing can be decided: run “flask --app candor policy import”."))
    if company.accept_uncalibrated:
        found.append(Banner("note", "Answers are sent before they are calibrated: policy says accept_uncalibrated. "
                                    "How sure the assistant is rests on the shipped figures, not on this desk's own."))
    return found
