"""Words of ours that a person's act came before: whether the turn's are kept for agents, as a note."""
from __future__ import annotations

from app.core.deciding.ownership import Owner
from app.core.kinds import TurnKind
from app.store.queues import outbox
from workers.deciding.case import Case
from workers.work import Work

# The inbox rows that ask an overtaken act again (`workers/sending/outcome.py`).
ASKED_AGAIN = TurnKind.ACT.turn("again:")
WHY_DRAFT = "a person acted on the ticket before the reply could go out"


def kept(work: Work, case: Case, turn: str, owner: Owner, solved: bool) -> bool:
    """True when something was composed for the turn, nothing of it left, and the ticket is not the
    assistant's any more: `owner` has it now, or it was `solved`.

    What was not sent must not be lost for the person who came first.
    """
    if owner is Owner.ASSISTANT and not solved:
        return False
    if case.row.delivery_key.startswith(ASKED_AGAIN):
        return True
    if case.held.handled_turn is not None:
        return False  # it was kept already, or a hand-off has told people since
    with work.db.read() as tx:
        return not outbox.turn_is_taken(tx, case.desk.id, case.ticket.id, turn) and bool(
            outbox.tries_of_turn(tx, case.desk.id, case.ticket.id, turn)
        )
