"""Reading one Zendesk account."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connectors.clock import SECOND, from_iso, to_iso
from connectors.contract import ChangesBy
from connectors.errors import ConnectorError
from connectors.records import Change, ChangedTicket, File, Group, Person, QueueSnapshot, Stamp, Ticket
from connectors.zendesk import payloads
from connectors.zendesk.audits import audits, changes
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.payloads import Json

# The export refuses a start within the newest minute, by the desk's clock and not by ours.
EXPORT_BEHIND_SECONDS = 90
INDEX_LAG = 5 * 60 * SECOND  # search may be this late
SEARCH_PAGE, SEARCH_PAGES = 100, 10
_BY_EXPORT, _FROM_TIME, _BY_SEARCH = "export:", "start:", "updated:"


class ZendeskDesk:
    """Changed tickets come by the export, or by search once the desk has refused the export (it needs an
    admin)."""

    def __init__(self, client: ZendeskClient) -> None:
        self._client = client
        self.changes_by = ChangesBy.EXPORT

    def ticket(self, ticket_id: str) -> Ticket:
        """The ticket as it is now, in two calls. Raises ConnectorError(permanent=True, status=404) when it is
        gone."""
        # The ticket before its comments: a comment that comes in between makes the stamp old, and the fence
        # then holds the write back.
        page = self._client.raw("GET", _path(ticket_id), params={"include": "users"})
        data = _ticket_of(page)
        stamp = self._stamp(data)
        people = _by_id(page)
        comments: list[Json] = []
        for more in self._client.pages(
            _path(ticket_id, "/comments"), {"include": "users", "page[size]": "100"}
        ):
            comments += more.get("comments") or ()
            people.update(_by_id(more))
        self._add_missing(people, comments, str(data.get("requester_id")))
        return payloads.ticket(data, comments, people, stamp, self._client.view)

    def file(self, file: File) -> bytes:
        """The bytes of a message's attachment, from the account's own host alone."""
        return self._client.file(file.url)

    def stamp(self, ticket_id: str) -> Stamp:
        """The ticket's present stamp alone, with the desk's clock at this read."""
        return self._stamp(_ticket_of(self._client.raw("GET", _path(ticket_id))))

    def since_own_write(self, ticket_id: str, made: Stamp) -> Ticket | Stamp:
        """The stamp, in one call, when nobody else has acted since our own write made it; the ticket as it is
        now otherwise.

        Whatever somebody does within the same second hides behind the stamp, whose text it leaves as it is: a
        comment, a solve, a next step. The history shows it; what comes after that second the fence refuses.
        """
        own_id = self._client.view.own_id
        # A second further back: a history's times may be a moment before that of the update it tells of.
        for audit in audits(self._client, ticket_id, made.changed_at - SECOND):
            if audit.by_somebody_but(own_id):
                return self.ticket(ticket_id)
        last = self._client.session.last
        return replace(
            made,
            desk_now=made.changed_at if last is None or last.date is None else last.date,
            read_at=self._client.clock(),
        )

    def changed_since(self, cursor: str | None, now: int) -> tuple[Sequence[ChangedTicket], str]:
        """One page of changed tickets and the next cursor. Falls back to search for good when the export
        answers 403."""
        if cursor is None:
            cursor = f"{_FROM_TIME}{now // SECOND - EXPORT_BEHIND_SECONDS}"
        if not cursor.startswith(_BY_SEARCH):
            try:
                return self._exported(cursor)
            except ConnectorError as error:
                if error.status != 403:
                    raise
            cursor = _BY_SEARCH + to_iso(now - EXPORT_BEHIND_SECONDS * SECOND)
        self.changes_by = ChangesBy.SEARCH
        return self._searched(cursor)

    def gone_since(self, cursor: str | None) -> Sequence[str]:
        """None: the export shows deleted tickets among the changed ones. Where search stands in for it, only
        a read finds them gone."""
        return ()

    def history(self, ticket_id: str, since: int) -> Sequence[Change]:
        """Who changed what since then, oldest first."""
        view = self._client.view
        return [change for audit in audits(self._client, ticket_id, since) for change in changes(audit, view)]

    def queue(self, group: str | None) -> QueueSnapshot:
        """Tickets of the group that are new or open: what Zendesk itself counts as waiting for a person.

        The assistant's own open tickets are among them, for they too wait for somebody; the search index lags
        up to a few minutes.
        """
        query = "type:ticket status<pending" + (
            "" if group is None else f' group:"{group.replace(chr(34), "")}"'
        )
        count = self._client.through_zenpy(lambda z: z.search.count(query))
        return QueueSnapshot(
            group, count if isinstance(count, int) else None, self._client.desk_now, "search"
        )

    def groups(self) -> Sequence[Group]:
        return self._client.through_zenpy(
            lambda z: [Group(str(g.id), str(g.name)) for g in z.groups() if not getattr(g, "deleted", False)]
        )

    def whoami(self) -> Person:
        """Our own user at the desk; its name is what customers see."""
        me = self._client.through_zenpy(lambda z: z.users.me().to_dict())
        if me.get("id") is None:
            # Zendesk answers this call even without credentials, as "Anonymous user".
            raise ConnectorError(
                "the desk does not know these credentials; enter a valid token", permanent=True, status=401
            )
        own = replace(self._client.view, own_id=str(me["id"]))
        return payloads.person(me, own)

    def _stamp(self, data: Json) -> Stamp:
        last = self._client.session.last
        return payloads.stamp_of(data, None if last is None else last.date, self._client.clock())

    def _add_missing(self, people: dict[str, Json], comments: Sequence[Json], requester_id: str) -> None:
        # The sideload holds whoever has a role in the ticket; a colleague who wrote once and was never
        # assigned may be missing.
        wanted = {str(c.get("author_id")) for c in comments} | {requester_id}
        missing = sorted(i for i in wanted - people.keys() if i.isdigit())
        if missing:
            found = self._client.through_zenpy(
                lambda z: [u.to_dict() for u in z.users(ids=[int(i) for i in missing[:100]])]
            )
            people.update({str(u["id"]): u for u in found})

    def _exported(self, cursor: str) -> tuple[list[ChangedTicket], str]:
        kind, _, value = cursor.partition(":")
        page = self._client.raw(
            "GET",
            "/api/v2/incremental/tickets/cursor.json",
            params={"start_time" if kind == "start" else "cursor": value},
        )
        after = page.get("after_cursor")
        # An empty first page has no cursor to go on from: ask from the same time again.
        return [
            payloads.changed(t) for t in page.get("tickets") or ()
        ], f"{_BY_EXPORT}{after}" if after else cursor

    def _searched(self, cursor: str) -> tuple[list[ChangedTicket], str]:
        """One page of a search, and the next cursor (`updated:<time>#<page>`). The caller knows the versions
        it has seen."""
        since, _, number = cursor.removeprefix(_BY_SEARCH).partition("#")
        page = int(number or 1)
        # Further back than what was seen: the index takes tickets in minutes late, and not in the order they
        # changed.
        params = {
            "query": f"type:ticket updated>={to_iso(from_iso(since) - INDEX_LAG)}",
            "sort_by": "updated_at",
            "sort_order": "asc",
            "per_page": str(SEARCH_PAGE),
            "page": str(page),
        }
        found = [
            payloads.changed(t)
            for t in self._client.raw("GET", "/api/v2/search.json", params=params).get("results") or ()
        ]
        newest = max([from_iso(since), *(t.changed_at for t in found)])
        if len(found) < SEARCH_PAGE:
            return found, _BY_SEARCH + to_iso(newest)
        if page < SEARCH_PAGES:
            return found, f"{_BY_SEARCH}{since}#{page + 1}"
        # Search shows no more than a thousand: on from the last of them.
        return found, _BY_SEARCH + to_iso(max(newest, found[-1].changed_at + INDEX_LAG))


def _path(ticket_id: str, below: str = "") -> str:
    if not ticket_id.isascii() or not ticket_id.isdigit():
        raise ConnectorError(f"{ticket_id[:40]!r} is not a Zendesk ticket id", permanent=True, status=404)
    return f"/api/v2/tickets/{ticket_id}{below}.json"


def _ticket_of(page: Json) -> Json:
    data = page.get("ticket")
    if not isinstance(data, Mapping):
        raise ConnectorError("the desk's answer holds no ticket")
    return data


def _by_id(page: Json) -> dict[str, Json]:
    return {str(u.get("id")): u for u in page.get("users") or ()}
