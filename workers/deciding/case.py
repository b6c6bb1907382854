"""A case: one inbox row, the ticket as just read, and all that is fixed while it is worked on."""
from __future__ import annotations

from dataclasses import dataclass

from app.core.memory import TicketMemory
from app.keys import Keys
from app.store.desks import StoredDesk
from app.store.links import holder_of
from app.store.queues.rows import InboxRow
from app.store.tickets import TicketRow
from config.policy import Policy
from connectors.records import Ticket


@dataclass(frozen=True, slots=True)
class Case:
    """`held` is our own row of the ticket, leased; `read_at` when the ticket was read, in microseconds."""

    row: InboxRow
    desk: StoredDesk
    held: TicketRow
    policy: Policy
    ticket: Ticket
    read_at: int

    @property
    def address(self) -> str:
        """What the customer is known by: the mail address; without one, their id on the desk."""
        return self.ticket.requester.email or f"{self.desk.id}:{self.ticket.requester.id}"

    def holder(self, keys: Keys) -> str:
        """Whose page the ticket's customer page is: a keyed mark of the requester."""
        return holder_of(keys, self.desk.tenant, self.desk.id, self.ticket.requester.id)

    def memory(self, keys: Keys) -> TicketMemory:
        """What we remember of the ticket; less of it when it has another requester than it had."""
        memory = TicketMemory.from_json(self.held.memory)
        return memory if self.held.holder in (None, self.holder(keys)) else memory.for_new_requester()
