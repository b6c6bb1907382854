"""Reading one Paper account."""
from __future__ import annotations

from collections.abc import Sequence

from connectors.contract import ChangesBy
from connectors.errors import ConnectorError
from connectors.records import Change, ChangedTicket, File, Group, Person, QueueSnapshot, Stamp, Ticket
from tests.connectors.paper import payloads
from tests.connectors.paper.client import PaperClient
from tests.connectors.paper.payloads import Json


class PaperDesk:
    changes_by = ChangesBy.EXPORT

    def __init__(self, client: PaperClient) -> None:
        self._client = client

    def ticket(self, ticket_id: str) -> Ticket:
        data = self._read(ticket_id)
        return payloads.ticket(data, self._stamp(data), self._client.view)

    def file(self, file: File) -> bytes:
        return self._client.file(file.url)

    def stamp(self, ticket_id: str) -> Stamp:
        return self._stamp(self._read(ticket_id))

    def since_own_write(self, ticket_id: str, made: Stamp) -> Ticket | Stamp:
        data = self._read(ticket_id)
        stamp = self._stamp(data)
        return stamp if stamp.value == made.value else payloads.ticket(data, stamp, self._client.view)

    def changed_since(self, cursor: str | None, now: int) -> tuple[Sequence[ChangedTicket], str]:
        """The desk counts its versions, so none is missed and none is shown twice."""
        page = self._client.raw("GET", "/changes", params={"after": cursor or "newest"})
        return [payloads.changed(data) for data in page["tickets"]], str(page["last"])

    def gone_since(self, cursor: str | None) -> Sequence[str]:
        return ()  # they stand among the changed ones

    def history(self, ticket_id: str, since: int) -> Sequence[Change]:
        changes = (
            payloads.change(data, self._client.view)
            for data in self._client.raw("GET", path(ticket_id, "/history"))["changes"]
        )
        return [change for change in changes if change.at >= since]

    def queue(self, group: str | None) -> QueueSnapshot:
        number = None if group is None else self._client.view.groups.get(group)
        if group is not None and number is None:
            return QueueSnapshot(group, None, self._client.clock(), "unknown group")
        waiting = self._client.raw("GET", "/queue", params={"group": number or ""})["waiting"]
        return QueueSnapshot(group, int(waiting), self._client.desk_now, "count")

    def groups(self) -> Sequence[Group]:
        return [
            Group(str(data["id"]), str(data["name"])) for data in self._client.raw("GET", "/groups")["groups"]
        ]

    def whoami(self) -> Person:
        me = self._client.raw("GET", "/me")
        return payloads.person(me, self._client.view)

    def _read(self, ticket_id: str) -> Json:
        return self._client.raw("GET", path(ticket_id))

    def _stamp(self, data: Json) -> Stamp:
        return payloads.stamp(data, self._client.desk_now, self._client.clock())


def path(ticket_id: str, below: str = "") -> str:
    if not (ticket_id.isascii() and ticket_id.isdigit()):
        raise ConnectorError(f"{ticket_id[:40]!r} is not a Paper ticket id", permanent=True, status=404)
    return f"/tickets/{ticket_id}{below}"
