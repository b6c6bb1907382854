"""Tickets for the tests of reading: short to write, whole in kind."""
from __future__ import annotations

from pathlib import Path

from app.core.memory import TicketMemory
from app.core.reading.triage import read_ticket
from app.core.verdicts import Reading
from config.load import SHIPPED_POLICY, load_policy
from config.wording import LANGUAGES, load_words
from connectors.records import Message, Person, Role, Stamp, Status, Ticket

ROOT = Path(__file__).parents[2]
WORDS = {language: load_words(language) for language in LANGUAGES}
POLICY = load_policy(SHIPPED_POLICY)
MAYA = Person("c1", Role.CUSTOMER, "Maya Okonkwo", "maya@example.com")
AUTHORS = {
    "customer": MAYA,
    "assistant": Person("a1", Role.ASSISTANT, "Larkfield AI assistant"),
    "agent": Person("p1", Role.AGENT, "Ben"),
    "bot": Person("b1", Role.BOT, "Other bot"),
}


def said(
    text: str,
    author: str = "customer",
    number: int = 1,
    public: bool = True,
    headers: dict[str, str] | None = None,
) -> Message:
    return Message(f"m{number}", AUTHORS[author], number * 1_000_000, public, text, headers=headers or {})


def ticket(*messages: Message | str, subject: str = "") -> Ticket:
    """A ticket of the messages given, oldest first; a text is the customer's."""
    made = tuple(said(m, number=n) if isinstance(m, str) else m for n, m in enumerate(messages, 1))
    return Ticket("desk", "1", subject, Status.NEW, MAYA, made, Stamp("1", 1, 1, 1), 1, 1)


def read(
    *messages: Message | str,
    subject: str = "",
    memory: TicketMemory | None = None,
    guess: tuple[str, float] | None = ("en", 0.99),
    act: str | None = None,
) -> Reading:
    return read_ticket(
        ticket(*messages, subject=subject),
        memory or TicketMemory(),
        "m:1",
        WORDS,
        POLICY,
        guess,
        act is not None,
    )
