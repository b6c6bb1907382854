"""The newest draft of a ticket, out of the ledger."""
from __future__ import annotations

import json

from app.core.deciding.drafts import Draft
from app.core.verdicts import Sentence
from app.core.writing.markup import Body
from app.store import ledger
from workers.deciding.case import Case
from workers.work import Work


def newest_draft(work: Work, case: Case) -> Draft | None:
    """The ticket's newest unsent message; None when there is none, or its person was erased."""
    with work.db.read() as tx:
        for row in reversed(ledger.of_ticket(tx, case.desk.tenant, case.desk.id, case.ticket.id)):
            payload = json.loads(row.payload)
            if (
                row.kind != "verdict"
                or payload.get("mode") != "draft"
                or row.verdict not in ("answer", "clarify", "settle")
            ):
                continue
            texts = ledger.texts(tx, case.desk.tenant, row.id, work.keys) or {}
            if not texts.get("reply_html"):
                return None
            cited = tuple(
                Sentence(s["text"], s["article"], s["version"], s["start"], s["end"])
                for s in texts.get("sentences", ())
            )
            return Draft(row.id, payload["turn"], Body(texts["reply_html"], texts["reply"]), cited)
    return None
