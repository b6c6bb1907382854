"""The ticket behind the golden notes: Maya's refund, three messages in, and what is written about it."""
from __future__ import annotations

from dataclasses import replace

from app.core.verdicts import Answer, Candidate, Findings, Handoff, Passage, Reading, Sentence, Source, Span
from app.core.writing import messages
from app.core.writing.markup import Body
from app.core.writing.messages import Frame
from app.core.writing.note import alert_note, draft_note, note
from app.core.writing.note_facts import Deed, Grave, facts_of
from config.floor import FloorClass
from config.policy import Detail, Mode, Reason, Topic
from config.wording import Words
from connectors.records import Message, Person, Role, Stamp, Status, Ticket

NOON = 1_746_100_800_000_000
MAYA = Person("7", Role.CUSTOMER, "Maya Dubois", "maya@example.net")
BOB = Person("8", Role.CUSTOMER, "Bob Stone", "bob@other.example")
CANDOR = Person("9", Role.ASSISTANT, "Larkfield assistant (AI)")
TAGS = "\U000e0041\U000e0042"
TEXTS = (
    (
        MAYA,
        "Bonjour,\n\nJ'ai renvoyé le colis de la commande #4471 le 2 mai. Quand serai-je remboursée de "
        "89,00 € ?\n\nMaya",
        True,
    ),
    (CANDOR, "Bonjour Maya, je suis l'assistant IA …", True),
    (Person("3", Role.AGENT, "Sam"), "seen, waiting for the warehouse", False),
    (
        MAYA,
        f"Le numéro de suivi est LF998877. C'est la troisième fois que j'écris, je veux parler à une "
        f"personne.{TAGS}",
        True,
    ),
)
TICKET = Ticket(
    "desk",
    "1001",
    "Remboursement",
    Status.OPEN,
    MAYA,
    tuple(
        Message(
            f"c{place}", author, NOON + place, public, text, attachments=("photo.jpg",) if place == 4 else ()
        )
        for place, (author, text, public) in enumerate(TEXTS, start=1)
    ),
    Stamp("2025-05-01T12:00:00Z", NOON, NOON, NOON),
    NOON,
    NOON,
)
QUESTION = TEXTS[3][1].rstrip(TAGS)
REFUND = Topic("refund_delay", {"en": "Late refunds"}, Mode.SEND,
               playbook=("Check the return scan in the warehouse.", "If booked, release the refund."))
NEAREST = Source(1, "a2", "v7", "When refunds arrive", "https://help.larkfield.example/a2", NOON)
PASSAGE = Passage(
    "a2",
    "v7",
    0,
    20,
    "Refunds take 5 days.",
    "When refunds arrive",
    "https://help.larkfield.example/a2",
    NOON,
)
FINDINGS = Findings((Candidate(PASSAGE, 1.0, 0.6, 0.5),), 0.4, "s1")


def span(message: str, text: str) -> Span:
    whole = next(m.text for m in TICKET.messages if m.id == message)
    return Span(message, whole.index(text), whole.index(text) + len(text), text)


READING = Reading(
    turn="m:c4",
    message="c4",
    question=QUESTION,
    language="fr",
    language_known=True,
    topic="refund_delay",
    automatic=None,
    asks_person=span("c4", "parler à une personne"),
    must_handoff=None,
    sentiment="frustrated",
    sentiment_spans=(span("c4", "C'est la troisième fois que j'écris"),),
    entities=(
        ("order", span("c1", "#4471")),
        ("amount", span("c1", "89,00 €")),
        ("date", span("c1", "2 mai")),
        ("tracking", span("c4", "LF998877")),
    ),
)
BARE = replace(
    READING,
    sentiment="unread",
    sentiment_spans=(),
    entities=(),
    topic="other",
    language_known=False,
    asks_person=None,
)


def answer() -> Answer:
    text = "Refunds reach your card 5–7 working days after we receive the parcel."
    return Answer((Sentence(text, "a2", "v7", 0, len(text), number=1),), (NEAREST,), 0.7)


def note_of(kind: str, language: str, words: Words, frame: Frame) -> Body:
    told = words.say("waits.note.bound", moment="11:30")
    asked = Handoff(Reason.CUSTOMER_ASKED, Detail.PHRASE, "billing")
    deeds = (Deed("answered", ("When refunds arrive",), "c2"),)
    story = "https://candor.larkfield.example/tickets/1001"
    draft = messages.answer(answer(), frame, words)
    if kind == "full":
        return note(
            facts_of(
                TICKET,
                READING,
                asked,
                None,
                told_text=told,
                topic=REFUND,
                deeds=deeds,
                draft=draft,
                story_url=story,
            ),
            words,
        )
    if kind == "not_told":
        silent = Handoff(Reason.CANNOT_REPLY_HERE, Detail.CHANNEL, "billing", NEAREST, public=False)
        closed = replace(TICKET, cannot_reply="closed without follow-up")
        return note(facts_of(closed, READING, silent, FINDINGS, told=False, topic=REFUND), words)
    if kind == "bare":
        empty = replace(TICKET, subject="", messages=(replace(TICKET.messages[0], text="Hi"),))
        unread = replace(BARE, message="c1", question="Hi")
        return note(
            facts_of(empty, unread, Handoff(Reason.UNSURE, Detail.EMPTY, "billing"), None, told_text=told),
            words,
        )
    if kind == "in_copy":
        copied = replace(TICKET, messages=(*TICKET.messages[:3], replace(TICKET.messages[3], author=BOB)))
        return note(
            facts_of(
                copied,
                READING,
                Handoff(Reason.CUSTOMER_ASKED, Detail.IN_COPY, "billing"),
                None,
                told_text=told,
            ),
            words,
        )
    if kind == "agent_requester":
        own = replace(TICKET, requester=replace(MAYA, staff=True))
        return note(facts_of(own, READING, asked, None, told_text=told), words)
    if kind in ("grave", "alert"):
        grave = Grave(
            ((FloorClass.ACCOUNT_TAKEN, span("c1", "#4471")), (FloorClass.LEGAL, span("c1", "#4471"))),
            unreviewed=True,
        )
        if kind == "alert":
            return alert_note(
                facts_of(TICKET, READING, None, None, told=False, deeds=deeds, story_url=story, grave=grave),
                words,
            )
        handed = Handoff(Reason.MUST_HANDOFF, Detail.FLOOR, "billing")
        return note(
            facts_of(
                TICKET, READING, handed, None, told_text=told, deeds=deeds, story_url=story, grave=grave
            ),
            words,
        )
    return draft_note(
        facts_of(TICKET, READING, None, FINDINGS, draft=draft, deeds=deeds, story_url=story), "answer", words
    )
