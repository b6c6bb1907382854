"""What people do at the desk, and what a test may ask of it: one table of verbs for Python, the pages and the
control API."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from connectors.freshdesk.sandbox import answers, articles, mails, shapes, texts
from connectors.freshdesk.sandbox.deliveries import Deliveries
from connectors.freshdesk.sandbox.fields import add_field
from connectors.freshdesk.sandbox.nouns import (
    CHAT,
    CLOSED,
    OPEN,
    PENDING,
    RESOLVED,
    SCORES,
    Actor,
    Conversation,
    Person,
    Rating,
    Ticket,
)
from connectors.freshdesk.sandbox.state import State
from connectors.freshdesk.sandbox.tickets import Tickets
from connectors.sandbox.acts import CommonActs, verbs_of
from connectors.sandbox.articles import Source
from connectors.sandbox.attachments import Attachment
from connectors.sandbox.faults import Faults, with_bodies

_FAULTS = with_bodies(
    X5='{"message":"You have exceeded the limit of requests per minute"}',
    X9="",
    X10='{"code":"invalid_credentials","message":"You have to be logged in to perform this action."}',
)
_EMAIL = 1
_STATUS_WORDS = {"open": OPEN, "pending": PENDING, "solved": RESOLVED, "resolved": RESOLVED, "closed": CLOSED}


@dataclass(frozen=True, slots=True)
class Acts(CommonActs):
    """Every method takes and returns JSON-able values only. Raises LookupError for what is not there, Refusal
    for what the desk refuses."""

    reply_route: ClassVar = ("POST", r"/tickets/\d+/reply$")
    fault_presets: ClassVar = _FAULTS

    state: State
    tickets: Tickets
    deliveries: Deliveries
    faults: Faults

    # -- what customers do
    def customer_ticket(
        self,
        name: str,
        email: str,
        subject: str,
        text: str = "",
        language: str = "en",
        html: str | None = None,
        source: int = _EMAIL,
        tags: list[str] | None = None,
        type: str | None = None,
        priority: int = 1,
        messaging: bool = False,
        verified: bool = False,
    ) -> int:
        """A customer writes by mail (or, with `messaging`, in a chat); the new ticket's id. `html` is the
        mail as it came, `text` else."""
        with self.state.lock:
            customer = self.state.person_by_email(email) or self.state.add_person(
                name, email, language=language, active=verified
            )
            wanted = {
                "subject": subject,
                "description": html or texts.from_mail(text),
                "requester_id": customer.id,
                "tags": tags or [],
                "source": CHAT if messaging else source,
                "type": type,
                "priority": priority,
            }
            return self.tickets.create(Actor(customer, "email"), wanted).id

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
            said = self._ticket(ticket).conversations
            self.state.attachments.setdefault(said[-1].id if said else -ticket, []).append(file)
            return file.id

    def customer_comment(
        self,
        ticket: int,
        text: str,
        email: str | None = None,
        html: str | None = None,
        source: int = 0,
        auto_response: bool = False,
    ) -> int:
        """The requester (or whoever owns `email`) answers by mail; the conversation's id. A closed ticket
        opens again.

        `auto_response`: the desk takes the mail for a machine's.
        """
        with self.state.lock:
            found = self._ticket(ticket)
            writer = self.state.find_person(email if email else found.requester_id)
            return self.tickets.customer_reply(
                writer, found, html or texts.from_mail(text), source, auto_response
            ).id

    # -- what people at the desk do
    def agent_reply(
        self, ticket: int, text: str, agent: str | None = None, status: str | int | None = None
    ) -> int:
        with self.state.lock:
            actor, found = Actor(self._agent(agent), "web"), self._ticket(ticket)
            said = self.tickets.reply(actor, found, texts.from_mail(text))
            if status is not None:
                self.tickets.update(actor, found, {"status": self._status(status)})
            return said.id

    def automation_reply(self, ticket: int, text: str, rule: int = 1) -> int:
        """What one of the desk's rules answers in an agent's name."""
        with self.state.lock:
            said = self.tickets.reply(
                Actor(self._agent(None), "system"), self._ticket(ticket), texts.from_mail(text)
            )
            said.automation_id = rule
            return said.id

    def agent_note(self, ticket: int, text: str, agent: str | None = None) -> int:
        with self.state.lock:
            return self.tickets.note(
                Actor(self._agent(agent), "web"), self._ticket(ticket), texts.from_mail(text), private=True
            ).id

    def agent_update(self, ticket: int, agent: str | None = None, **changes: Any) -> None:
        """An agent changes status, group_id, responder_id, priority, type or tags, nothing said."""
        with self.state.lock:
            if "status" in changes:
                changes["status"] = self._status(changes["status"])
            self.tickets.update(Actor(self._agent(agent), "web"), self._ticket(ticket), changes)

    def solve(self, ticket: int, agent: str | None = None) -> None:
        self.agent_update(ticket, agent, status=RESOLVED)

    def close(self, ticket: int) -> None:
        """What the desk's own automation does some days after resolving."""
        with self.state.lock:
            self.tickets.update(Actor(self._agent(None), "system"), self._ticket(ticket), {"status": CLOSED})

    def assign(self, ticket: int, agent: str) -> None:
        self.agent_update(ticket, agent, responder_id=self.state.find_person(agent).id)

    def set_group(self, ticket: int, group: str, agent: str | None = None) -> None:
        self.agent_update(ticket, agent, group_id=self.state.find_group(group).id)

    def set_field(self, ticket: int, field: str, value: str | None, agent: str | None = None) -> None:
        """An agent sets a custom field, by label or name: how *Candor: next step* is chosen (F25)."""
        with self.state.lock:
            known = self.state.find_field(field)
            if known.choices and value is not None and value not in known.choices:
                raise answers.invalid(
                    (
                        known.name,
                        f"It should be one of these values: '{','.join(known.choices)}'",
                        "invalid_value",
                    )
                )
            self.tickets.update(
                Actor(self._agent(agent), "web"), self._ticket(ticket), {"custom_fields": {known.name: value}}
            )

    def delete(self, ticket: int) -> None:
        with self.state.lock:
            self.tickets.discard(Actor(self._agent(None), "web"), self._ticket(ticket))

    def archive(self, ticket: int) -> None:
        """Out of lists and searches, as the desk does with old closed tickets."""
        with self.state.lock:
            found = self._ticket(ticket)
            found.archived = True
            self.tickets.update(Actor(self._agent(None), "system"), found, {})

    def rate(self, ticket: int, score: int, comment: str | None = None) -> int:
        """The customer answers the survey: 103 (extremely happy) … 100 (neutral) … -103 (extremely
        unhappy)."""
        if score not in SCORES:
            raise LookupError(f"no score {score!r}; there are {', '.join(map(str, SCORES))}")
        made = Rating(self.state.ids.number(), self._ticket(ticket).id, score, comment, self.state.clock())
        self.state.ratings.append(made)
        return made.id

    # -- what an admin does by hand
    def add_agent(self, name: str, email: str, group: str | None = None, admin: bool = False) -> int:
        with self.state.lock:
            groups = [self.state.find_group(group).id] if group is not None else []
            return self.state.add_person(
                name, email, staff=True, admin=admin, active=True, group_ids=groups
            ).id

    def add_group(self, name: str) -> int:
        with self.state.lock:
            return self.state.add_group(name).id

    def delete_group(self, group: str) -> None:
        """Its tickets stay, without a group."""
        with self.state.lock:
            gone = self.state.groups.pop(self.state.find_group(group).id)
            for person in self.state.agents():
                person.group_ids = [g for g in person.group_ids if g != gone.id]
            for ticket in [t for t in self.state.tickets.values() if t.group_id == gone.id]:
                self.tickets.update(Actor(self._agent(None), "system"), ticket, {"group_id": None})

    def delete_contact(self, email: str) -> None:
        """Their tickets stay, with the id of somebody the desk does not know any more."""
        with self.state.lock:
            del self.state.people[self.state.find_person(email).id]

    def add_field(self, label: str, type: str = "custom_text", choices: list[str] | None = None) -> str:
        """A ticket field for agents only, made on the desk's own pages; its name in the API."""
        with self.state.lock:
            return add_field(self.state, label, type, choices or []).name

    def delete_field(self, field: str) -> None:
        with self.state.lock:
            name = self.state.find_field(field).name
            del self.state.fields[name]
            for ticket in self.state.tickets.values():
                ticket.custom_fields.pop(name, None)

    def set_status(self, code: int, label: str, for_customers: str | None = None) -> None:
        """Rename or translate a status, or add one of the desk's own (8 and up)."""
        with self.state.lock:
            self.state.statuses[code] = (label, for_customers or label)

    def set_webhook_headers(self, rule: str | int, headers: dict[str, str]) -> None:
        """Type the headers into a rule's webhook action, where the API does not keep them (F21). `rule`: name
        or id."""
        with self.state.lock:
            found = [r for r in self.state.rules.values() if rule in (r.id, str(r.id), r.name)]
            if not found:
                raise LookupError(
                    f"no rule {rule!r}; there are {', '.join(r.name for r in self.state.rules.values())}"
                )
            for action in (a for r in found for a in r.actions if a.get("field_name") == "trigger_webhook"):
                action["custom_headers"] = dict(headers)

    # -- the help centre
    def put_article(
        self,
        id: str,
        title: str,
        html: str,
        public: bool = True,
        section: str = "General",
        draft: bool = False,
        visibility: int | None = -1,
    ) -> int:
        """`visibility` of its folder: 1 all, 2 logged in, 3 agents, 4 companies, None for a folder without
        the field, -1 by `public`."""
        with self.state.lock:
            source = Source(id, title, html, public, section)
            return articles.put(self.state, source, published=not draft, visibility=visibility).id

    def translate_article(self, id: str, language: str, title: str, html: str) -> None:
        with self.state.lock:
            self.state.articles[self._article(id)].translations[language] = (title, html)

    def delete_article(self, id: str) -> None:
        with self.state.lock:
            del self.state.articles[self._article(id)]

    # -- what a test asks
    def ticket(self, ticket: int) -> dict[str, Any]:
        """The ticket as the API shows it, with stats, requester and every conversation, oldest first."""
        with self.state.lock:
            found = self._ticket(ticket)
            shown = shapes.ticket(self.state, found, frozenset({"requester", "stats"}))
            return {
                **shown,
                "conversations": [shapes.conversation(self.state, found, c) for c in found.conversations],
            }

    def public_replies(self, ticket: int) -> list[dict[str, Any]]:
        """What the desk said on the ticket, as the end user sees it: replies, and notes that are not
        private."""
        return self._said(ticket, lambda c: not c.private and not c.incoming)

    def notes(self, ticket: int) -> list[dict[str, Any]]:
        return self._said(ticket, lambda c: c.private)

    def once(self, ticket: int) -> int:
        """How many public replies the end user sees: 1 is what never-twice, never-lost means (X27)."""
        return len(self.public_replies(ticket))

    def mails_per_customer_message(self) -> list[dict[str, Any]]:
        with self.state.lock:
            return mails.per_customer_message(self.state)

    def mails(self) -> list[dict[str, Any]]:
        """Every mail the desk would have sent, those to its admin too."""
        with self.state.lock:
            return list(self.state.mails)

    def _said(self, ticket: int, wanted: Callable[[Conversation], bool]) -> list[dict[str, Any]]:
        with self.state.lock:
            found = self._ticket(ticket)
            return [shapes.conversation(self.state, found, c) for c in found.conversations if wanted(c)]

    def _agent(self, name: str | None) -> Person:
        if name is not None:
            return self.state.find_person(name)
        return next(p for p in self.state.agents() if p.id != self.state.assistant_id)

    def _ticket(self, ticket: int) -> Ticket:
        if int(ticket) not in self.state.tickets:
            raise LookupError(f"no ticket {ticket}")
        return self.state.tickets[int(ticket)]

    def _article(self, id: str) -> int:
        number = self.state.ids.of_article(id)
        if number not in self.state.articles:
            raise LookupError(f"no article {id!r}")
        return number

    def _status(self, given: str | int) -> int:
        code = _STATUS_WORDS.get(given, 0) if isinstance(given, str) else given
        if code not in self.state.statuses:
            raise LookupError(f"no status {given!r}; there are {', '.join(map(str, self.state.statuses))}")
        return code


VERBS = verbs_of(Acts)
