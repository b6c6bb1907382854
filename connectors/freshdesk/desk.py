"""Reading one Freshdesk account."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connectors.clock import SECOND, from_iso, to_iso
from connectors.contract import ChangesBy
from connectors.errors import ConnectorError
from connectors.freshdesk import payloads
from connectors.freshdesk.client import PAGE, FreshdeskClient
from connectors.freshdesk.payloads import Json
from connectors.records import (
    Change,
    ChangedTicket,
    File,
    Group,
    Person,
    QueueSnapshot,
    Role,
    Stamp,
    Status,
    Ticket,
)

# A list is asked for a little more than is missing: our clock and the desk's may differ.
LIST_BEHIND_SECONDS = 90


class FreshdeskDesk:
    changes_by = ChangesBy.LIST

    def __init__(self, client: FreshdeskClient) -> None:
        self._client = client

    def ticket(self, ticket_id: str) -> Ticket:
        """The ticket as it is now, in two calls. Raises ConnectorError(permanent=True, status=404) when it is
        gone."""
        # The requester comes along: a call of its own would be one more, and the embedded conversations end
        # after ten.
        return self._whole(ticket_id, {"include": "requester"})

    def file(self, file: File) -> bytes:
        """The bytes of a message's attachment, from the account's own host alone."""
        return self._client.file(file.url)

    def stamp(self, ticket_id: str) -> Stamp:
        """The ticket's present stamp alone, in one call of one credit: `updated_at`, which moves with every
        conversation.

        No fence: Freshdesk takes a write on any stamp. That it moves is shown on the desk itself, by
        `Install.prove_guard`. A deleted ticket, or one marked as spam, has a stamp equal to no other: no page
        says that these marks move `updated_at`.
        """
        data = self._client.raw("GET", _path(ticket_id))
        stamp = self._stamp(data)
        return (
            replace(stamp, value=f"{stamp.value} gone")
            if payloads.status_of(data) is Status.DELETED
            else stamp
        )

    def since_own_write(self, ticket_id: str, made: Stamp) -> Ticket | Stamp:
        """The ticket as it is now, always, in two calls of one credit each: nothing here refuses a write on
        an old stamp."""
        return self._whole(ticket_id, {})

    def changed_since(self, cursor: str | None, now: int) -> tuple[Sequence[ChangedTicket], str]:
        """One page of changed tickets, oldest change first, and the next cursor (`<time>#<page>`).

        The last one is shown again by the next call: two tickets may change in one second, and the caller
        knows the stamps it has seen.
        """
        since, _, page = (cursor or f"{to_iso(now - LIST_BEHIND_SECONDS * SECOND)}#1").partition("#")
        params = {
            "updated_since": since,
            "order_by": "updated_at",
            "order_type": "asc",
            "per_page": str(PAGE),
            "page": page or "1",
        }
        found = [payloads.changed(t) for t in self._client.rows("/tickets", params)]
        newest = to_iso(max([from_iso(since), *(t.changed_at for t in found)]))
        # A full page from one and the same second: only its next page leads on.
        following = int(page or "1") + 1 if len(found) == PAGE and newest == since else 1
        return found, f"{newest}#{following}"

    def gone_since(self, cursor: str | None) -> Sequence[str]:
        """Ids of tickets in the bin: the list of changed ones leaves them out."""
        if cursor is None:
            return ()
        params = {
            "filter": "deleted",
            "updated_since": cursor.partition("#")[0],
            "order_by": "updated_at",
            "order_type": "asc",
        }
        return [str(t["id"]) for t in self._client.pages("/tickets", params)]

    def history(self, ticket_id: str, since: int) -> Sequence[Change]:
        """Who said what since then, oldest first, and who has the ticket now.

        Freshdesk's API keeps no history of fields: the present assignee stands for its last change, at the
        ticket's own `updated_at`, and counts as a rule's work in groups that assign tickets by themselves.
        """
        view = self._client.view
        data = self._client.raw("GET", _path(ticket_id))
        requester_id = str(data.get("requester_id"))
        found = []
        for said in self._client.pages(_path(ticket_id, "/conversations")):
            actor = payloads.speaker_of(said, view, requester_id)
            kind = "comment" if said.get("private") is False else "note"
            found.append(
                Change(
                    str(said["id"]),
                    from_iso(said["created_at"]),
                    actor,
                    kind,
                    by_rule=payloads.is_by_rule(said),
                )
            )
        assignee = data.get("responder_id")
        if assignee is not None:
            actor = payloads.role_of(assignee, view, None, incoming=False)
            by_rule = str(data.get("group_id")) in view.routed and actor is not Role.ASSISTANT
            found.append(
                Change(f"assignee-{assignee}", from_iso(data["updated_at"]), actor, "assignee", by_rule)
            )
        return sorted((c for c in found if c.at >= since), key=lambda c: c.at)

    def queue(self, group: str | None) -> QueueSnapshot:
        """Open tickets of the group, as the search counts them: minutes behind, archived ones left out.

        The assistant's own open tickets are among them; statuses of the desk's own (6 and up) are not, for
        nobody but the company knows whether such a ticket waits for it.
        """
        terms = ["status:2"]
        if group is not None:
            group_id = self._client.view.groups.get(group)
            if group_id is None:
                return QueueSnapshot(group, None, self._client.clock(), "unknown group")
            terms.append(f"group_id:{group_id}")
        found = self._client.raw("GET", "/search/tickets", params={"query": f'"{" AND ".join(terms)}"'})
        total = found.get("total")
        waiting = total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None
        return QueueSnapshot(group, waiting, self._client.desk_now, "search")

    def groups(self) -> Sequence[Group]:
        return self._client.through_library(
            lambda api: [Group(str(g.id), str(g.name)) for g in api.groups.list_groups()]
        )

    def whoami(self) -> Person:
        """Our own user at the desk; its name is what customers see."""
        me = self._client.through_library(lambda api: vars(api.agents.currently_authenticated_agent()))
        contact = me.get("contact") or {}
        return Person(
            str(me["id"]), Role.ASSISTANT, str(contact.get("name") or ""), contact.get("email") or None
        )

    def _whole(self, ticket_id: str, params: dict[str, str]) -> Ticket:
        # The ticket before its conversations: one that comes in between makes the stamp old, and the look
        # before a reply sees it.
        data = self._client.raw("GET", _path(ticket_id), params=params)
        stamp = self._stamp(data)
        conversations = list(self._client.pages(_path(ticket_id, "/conversations")))
        return payloads.ticket(data, conversations, stamp, self._client.view)

    def _stamp(self, data: Json) -> Stamp:
        if not isinstance(data.get("updated_at"), str) or "id" not in data:
            raise ConnectorError("the desk's answer holds no ticket")
        self._client.remember(data)
        last = self._client.session.last
        return payloads.stamp_of(
            data["updated_at"], None if last is None else last.date, self._client.clock()
        )


def _path(ticket_id: str, below: str = "") -> str:
    if not ticket_id.isascii() or not ticket_id.isdigit():
        raise ConnectorError(f"{ticket_id[:40]!r} is not a Freshdesk ticket id", permanent=True, status=404)
    return f"/tickets/{ticket_id}{below}"
