"""What people do at the desk, and what a test may ask of it: one table of verbs for Python, the pages and the
control API."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from connectors.sandbox.acts import CommonActs, verbs_of
from connectors.sandbox.articles import Source
from connectors.sandbox.attachments import Attachment
from connectors.sandbox.faults import Faults, with_bodies
from connectors.zendesk.sandbox import articles, comments, events, mails, shapes
from connectors.zendesk.sandbox.api.states import merge_into
from connectors.zendesk.sandbox.deliveries import Deliveries
from connectors.zendesk.sandbox.hours import STATUSES, Presence, Schedule, checked, holiday
from connectors.zendesk.sandbox.nouns import SCORES, Actor, HelpArticle, Rating, Suspended, Ticket, User
from connectors.zendesk.sandbox.oauth import CLIENT, OAuth
from connectors.zendesk.sandbox.state import State
from connectors.zendesk.sandbox.tickets import Tickets

_FAULTS = with_bodies(
    X5='{"error":"APIRateLimitExceeded","description":"Number of allowed API requests exceeded"}',
    X9='{"error":"InternalError","description":"Something went wrong"}',
    X10='{"error":"Couldn\'t authenticate you"}',
)


@dataclass(frozen=True, slots=True)
class Acts(CommonActs):
    """Every method takes and returns JSON-able values only. Raises LookupError for what is not there, Refusal
    for what the desk refuses."""

    reply_route: ClassVar = ("PUT", r"/tickets/\d+")
    fault_presets: ClassVar = _FAULTS

    state: State
    tickets: Tickets
    deliveries: Deliveries
    faults: Faults
    oauth: OAuth

    # -- what customers do
    def customer_ticket(
        self,
        name: str,
        email: str,
        subject: str,
        text: str,
        locale: str = "en-US",
        headers: dict[str, str] | None = None,
        flags: list[int] | None = None,
        tags: list[str] | None = None,
        messaging: bool = False,
        verified: bool = False,
    ) -> int:
        """A customer writes by mail (or, with `messaging`, in a chat); the new ticket's id. `headers` of a
        machine's mail set flag 4."""
        with self.state.lock:
            customer = self.state.user_by_email(email)
            if customer is None:
                method = "low" if verified else "none"
                customer = self.state.add_user(
                    name, email, "end-user", locale=locale, verification_method=method
                )
            marks = tuple(flags or ()) + comments.flags_of_headers(headers or {})
            channel = "native_messaging" if messaging else "email"
            wanted = {
                "subject": subject,
                "comment": {"body": text},
                "requester_id": customer.id,
                "tags": tags or [],
            }
            act = self.tickets.create(Actor(customer, "email"), wanted, marks, self._via(customer, channel))
            act.ticket.from_messaging_channel = messaging
            return act.ticket.id

    def attach(
        self,
        ticket: int,
        name: str,
        content: str,
        content_type: str = "text/plain",
        coding: str = "utf-8",
        elsewhere: bool = False,
        shown: bool = False,
    ) -> int:
        """A file that came with the ticket's newest message; its number. `content` is its text, in `coding`
        on the wire.

        `elsewhere`: the desk's link to it leads to another host. `shown`: part of the mail's body, as a
        signature's picture is.
        """
        with self.state.lock:
            file = Attachment(
                self.state.ids.number(), name, content_type, content.encode(coding), elsewhere, shown
            )
            self.state.attachments.setdefault(self._ticket(ticket).comments[-1].id, []).append(file)
            return file.id

    def customer_comment(
        self,
        ticket: int,
        text: str,
        headers: dict[str, str] | None = None,
        flags: list[int] | None = None,
        email: str | None = None,
    ) -> int:
        """The requester (or whoever owns `email`) answers by mail; the comment's id. On a closed ticket: a
        follow-up is opened."""
        with self.state.lock:
            found = self._ticket(ticket)
            writer = self.state.find_user(email) if email else self.state.users[found.requester_id]
            marks = tuple(flags or ()) + comments.flags_of_headers(headers or {})
            if found.status == "closed":
                wanted = {
                    "subject": f"Re: {found.subject}",
                    "comment": {"body": text},
                    "requester_id": writer.id,
                    "via_followup_source_id": found.id,
                }
                return self.tickets.create(Actor(writer, "email"), wanted, marks).ticket.comments[0].id
            wanted = {"comment": {"body": text, "public": True}}
            act = self.tickets.update(
                Actor(writer, "email"), found, wanted, marks, self._via(writer, "email")
            )
            return act.ticket.comments[-1].id

    # -- what people at the desk do
    def agent_reply(self, ticket: int, text: str, agent: str | None = None, status: str | None = None) -> int:
        return self._agent_comment(ticket, text, True, agent, status)

    def agent_note(self, ticket: int, text: str, agent: str | None = None) -> int:
        return self._agent_comment(ticket, text, False, agent, None)

    def agent_update(self, ticket: int, agent: str | None = None, **changes: Any) -> None:
        """An agent changes status, group_id, assignee_id, priority or tags, nothing said."""
        with self.state.lock:
            self.tickets.update(Actor(self._agent(agent), "web"), self._ticket(ticket), changes)

    def solve(self, ticket: int, agent: str | None = None) -> None:
        self.agent_update(ticket, agent, status="solved")

    def close(self, ticket: int) -> None:
        """What the desk's own automation does some days after solving."""
        self.agent_update(ticket, None, status="closed")

    def assign(self, ticket: int, agent: str) -> None:
        self.agent_update(ticket, agent, assignee_id=self.state.find_user(agent).id)

    def set_group(self, ticket: int, group: str, agent: str | None = None) -> None:
        self.agent_update(ticket, agent, group_id=self.state.find_group(group).id)

    def set_field(self, ticket: int, field: str, value: str | None, agent: str | None = None) -> None:
        """An agent sets a custom field, by title or id: how *Candor: next step* is chosen (Z55)."""
        with self.state.lock:
            changes = {"custom_fields": [{"id": self.state.find_field(field).id, "value": value}]}
            self.tickets.update(Actor(self._agent(agent), "web"), self._ticket(ticket), changes)

    def delete(self, ticket: int) -> None:
        with self.state.lock:
            found = self._ticket(ticket)
            self.state.deleted_tickets[found.id] = self.state.tickets.pop(found.id)
            found.generated_us = self.state.clock()

    def add_agent(self, name: str, email: str, group: str | None = None, role: str = "agent") -> int:
        with self.state.lock:
            user = self.state.add_user(name, email, role, verification_method="full")
            if group is not None:
                self.state.add_membership(user.id, self.state.find_group(group).id)
            return user.id

    def add_group(self, name: str) -> int:
        with self.state.lock:
            return self.state.add_group(name).id

    # -- the help centre
    def put_article(
        self,
        id: str,
        title: str,
        html: str,
        public: bool = True,
        section: str = "General",
        draft: bool = False,
    ) -> int:
        """An editor writes, changes or (as a draft) withdraws an article. Only publishing and withdrawing are
        events (Z5)."""
        with self.state.lock:
            before = self.state.articles.get(self.state.ids.of_article(id))
            article = articles.put(self.state, Source(id, title, html, public, section), draft=draft)
            was_shown = before is not None and not before.draft
            if was_shown == draft:
                self._announce(events.UNPUBLISHED if draft else events.PUBLISHED, article)
            return article.id

    def delete_article(self, id: str) -> None:
        with self.state.lock:
            number = self.state.ids.of_article(id)
            if number not in self.state.articles:
                raise LookupError(f"no article {id!r}")
            gone = self.state.articles.pop(number)
            if not gone.draft:
                self._announce(events.UNPUBLISHED, gone)

    # -- what a test asks
    def ticket(self, ticket: int) -> dict[str, Any]:
        """The ticket as the API shows it, with all comments and audits."""
        with self.state.lock:
            found = self._ticket(ticket)
            return {
                **shapes.ticket(self.state, found),
                "comments": [shapes.comment(self.state, c) for c in found.comments],
                "audits": [shapes.audit(a) for a in found.audits],
            }

    def public_replies(self, ticket: int) -> list[dict[str, Any]]:
        """The desk's public comments on the ticket, as the end user sees them: what the API wrote to a
        messaging ticket never arrives."""
        with self.state.lock:
            found = self._ticket(ticket)
            return [
                shapes.comment(self.state, c)
                for c in found.comments
                if c.public
                and self.state.users[c.author_id].is_staff
                and not (found.from_messaging_channel and c.via.get("channel") == "api")
            ]

    def notes(self, ticket: int) -> list[dict[str, Any]]:
        with self.state.lock:
            return [shapes.comment(self.state, c) for c in self._ticket(ticket).comments if not c.public]

    def once(self, ticket: int) -> int:
        """How many public replies the end user sees: 1 is what never-twice, never-lost means (X27)."""
        return len(self.public_replies(ticket))

    def mails_per_customer_message(self) -> list[dict[str, Any]]:
        with self.state.lock:
            return mails.per_customer_message(self.state)

    def _announce(self, kind: str, article: HelpArticle) -> None:
        self.deliveries.announce(kind, events.article(self.state, kind, article))

    # -- hours and ratings
    def add_schedule(self, name: str, time_zone: str, intervals: list[tuple[int, int]]) -> int:
        """Minutes since Sunday 00:00; Zendesk keeps each interval within one day."""
        made = Schedule(
            self.state.ids.number(),
            name,
            time_zone,
            checked([(int(a), int(b)) for a, b in intervals]),
            self.state.clock(),
        )
        self.state.schedules[made.id] = made
        return made.id

    def add_holiday(self, schedule: int, name: str, first: str, last: str) -> None:
        if schedule not in self.state.schedules:
            raise LookupError(f"no schedule {schedule}; there are {sorted(self.state.schedules)}")
        self.state.schedules[schedule].holidays.append(holiday(self.state.ids.number(), name, first, last))

    def set_availability(self, agent: str, status: str, channel: str = "support") -> None:
        if status not in STATUSES:
            raise LookupError(f"no status {status!r}; there are {', '.join(STATUSES)}")
        who = self._agent(agent).id
        others = [p for p in self.state.presences if (p.agent_id, p.channel) != (who, channel)]
        self.state.presences = [*others, Presence(who, channel, status, self.state.clock())]

    def rate(self, ticket: int, score: str, comment: str | None = None, reason: str | None = None) -> int:
        """The customer rates a ticket `good` or `bad`; the newest rating of a ticket is the one that
        counts."""
        if score not in SCORES:
            raise LookupError(f"no score {score!r}; there are {', '.join(SCORES)}")
        made = Rating(
            self.state.ids.number(), self._ticket(ticket).id, score, comment, reason, self.state.clock()
        )
        self.state.ratings = [*(r for r in self.state.ratings if r.ticket_id != made.ticket_id), made]
        return made.id

    # -- what an admin does with OAuth clients
    def rotate_client_secret(self, client: str = CLIENT) -> str:
        """A new secret; the old one opens nothing any more, and tokens it was given for live on."""
        with self.state.lock:
            found = self.oauth.client(client)
            found.secret = self.oauth.secret()
            return found.secret

    def allow_scopes(self, scopes: list[str], client: str = CLIENT) -> None:
        """The most a token of this client can have from now on."""
        with self.state.lock:
            self.oauth.client(client).scopes = frozenset(scopes)

    def revoke_tokens(self, client: str = CLIENT) -> int:
        """Take back every token the client was given; how many still lived."""
        with self.state.lock:
            given = [t for t, issued in self.oauth.tokens.items() if issued.client == client]
            living = sum(self.oauth.living(t) is not None for t in given)
            for token in given:
                del self.oauth.tokens[token]
            return living

    def tokens_minted(self) -> int:
        return self.oauth.minted

    # -- what a desk does with mail and tickets it does not want
    def suspend_mail(
        self, name: str, email: str, subject: str, text: str, cause: str = "Detected as spam"
    ) -> int:
        """A mail that becomes no ticket (Z36); its id in the list of suspended ones."""
        author = {"id": None, "name": name, "email": email}
        made = Suspended(self.state.ids.number(), author, subject, text, cause, self.state.clock())
        self.state.suspended.append(made)
        return made.id

    def merge(self, ticket: int, into: int, agent: str | None = None) -> None:
        with self.state.lock:
            merge_into(
                self.tickets, Actor(self._agent(agent), "web"), self._ticket(ticket), self._ticket(into)
            )

    def replay_delivery(self, invocation: str) -> int:
        return self.deliveries.replay(invocation)

    def forge_delivery(self, invocation: str, how: str) -> int:
        return self.deliveries.forge(invocation, how)

    def _agent_comment(
        self, ticket: int, text: str, public: bool, agent: str | None, status: str | None
    ) -> int:
        with self.state.lock:
            wanted: dict[str, Any] = {"comment": {"body": text, "public": public}}
            if status is not None:
                wanted["status"] = status
            return (
                self.tickets.update(Actor(self._agent(agent), "web"), self._ticket(ticket), wanted)
                .ticket.comments[-1]
                .id
            )

    def _agent(self, name: str | None) -> User:
        if name is not None:
            return self.state.find_user(name)
        return next(u for u in self.state.users.values() if u.role == "agent")

    def _ticket(self, ticket: int) -> Ticket:
        if int(ticket) not in self.state.tickets:
            raise LookupError(f"no ticket {ticket}")
        return self.state.tickets[int(ticket)]

    def _via(self, customer: User, channel: str) -> dict[str, Any]:
        sender = {"address": customer.email, "name": customer.name}
        receiver = {"address": f"support@{self.state.account}.zendesk.com"}
        return {"channel": channel, "source": {"from": sender, "to": receiver, "rel": None}}


VERBS = verbs_of(Acts)
