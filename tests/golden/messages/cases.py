"""The messages kept as golden files: one of each kind, in every language. `python -m
tests.golden.messages.write` writes them anew."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from app.core.verdicts import Answer, Clarify, Handoff, Option, Sentence, Source
from app.core.writing import messages
from app.core.writing.messages import Body, Frame
from config.floor import FloorClass
from config.policy import Detail, Reason
from config.wording import LANGUAGES, Words, load_words
from tests.golden.messages.tickets import note_of

FOLDER = Path(__file__).parent
DAY = 1_772_496_000_000_000  # 3 March 2026
FRAME = Frame(
    "Larkfield",
    "Larkfield assistant (AI)",
    "",
    "Maya Dubois",
    "en",
    True,
    "https://help.larkfield.example/t/7f3k2q",
)

# The help centre's own words, as each language's articles would hold them.
QUOTES = {
    "en": (
        "Returning an item",
        "When refunds arrive",
        "You can return shoes within 30 days of delivery if they are unworn.",
        "To return a pair:",
        ("1. Open Your orders and choose the pair.", "2. Select Return an item.", "3. Print the label."),
        "Refunds reach your card 5–7 working days after we receive the parcel.",
        "our repairs team",
        "They usually reply in about 40 minutes; 9 in 10 people hear back by 3:30 pm (London).",
        "Changing the address of an order not yet shipped",
        "Changing the address saved in your account",
    ),
    "fr": (
        "Retourner un article",
        "Quand arrivent les remboursements",
        "Vous pouvez retourner des chaussures dans les 30 jours suivant la livraison si elles n'ont pas été "
        "portées.",
        "Pour retourner une paire :",
        (
            "1. Ouvrez Vos commandes et choisissez la paire.",
            "2. Sélectionnez Retourner un article.",
            "3. Imprimez l'étiquette.",
        ),
        "Le remboursement arrive sur votre carte 5 à 7 jours ouvrés après réception du colis.",
        "notre équipe réparations",
        "La réponse arrive en général en 40 minutes environ ; 9 personnes sur 10 ont une réponse avant 15 h "
        "30 (Paris).",
        "Modifier l'adresse d'une commande non expédiée",
        "Modifier l'adresse enregistrée dans votre compte",
    ),
    "de": (
        "Einen Artikel zurücksenden",
        "Wann Erstattungen eintreffen",
        "Ungetragene Schuhe können Sie innerhalb von 30 Tagen nach der Lieferung zurücksenden.",
        "So senden Sie ein Paar zurück:",
        (
            "1. Öffnen Sie Ihre Bestellungen und wählen Sie ein Paar.",
            "2. Wählen Sie Zurücksenden.",
            "3. Drucken Sie das Etikett.",
        ),
        "Erstattungen erreichen Ihre Karte 5–7 Werktage nach Eingang des Pakets.",
        "unser Reparaturteam",
        "Meist dauert eine Antwort etwa 40 Minuten; 9 von 10 Menschen haben bis 15:30 Uhr (Berlin) eine "
        "Antwort.",
        "Die Adresse einer noch nicht versandten Bestellung ändern",
        "Die im Konto gespeicherte Adresse ändern",
    ),
    "es": (
        "Devolver un artículo",
        "Cuándo llegan los reembolsos",
        "Puede devolver unos zapatos en los 30 días siguientes a la entrega si no los ha usado.",
        "Para devolver un par:",
        (
            "1. Abra Sus pedidos y elija el par.",
            "2. Seleccione Devolver un artículo.",
            "3. Imprima la etiqueta.",
        ),
        "El reembolso llega a su tarjeta entre 5 y 7 días laborables después de recibir el paquete.",
        "nuestro equipo de reparaciones",
        "Suelen responder en unos 40 minutos; 9 de cada 10 personas reciben respuesta antes de las 15:30 "
        "(Madrid).",
        "Cambiar la dirección de un pedido aún no enviado",
        "Cambiar la dirección guardada en su cuenta",
    ),
}


def cited(language: str) -> Answer:
    first, second, claim, opens, steps, refund, *_ = QUOTES[language]
    spoken = [(claim, False, 1), (opens, False, 1), *((step, True, 1) for step in steps), (refund, False, 2)]
    sentences, at = [], 0
    for text, step, number in spoken:
        at = at + 1 if number == 1 else 0
        sentences.append(Sentence(text, f"a{number}", "v1", at, at + len(text), step=step, number=number))
        at += len(text)
    sources = tuple(
        Source(
            n,
            f"a{n}",
            "v1",
            title,
            f"https://help.larkfield.example/{language}/a{n}#:~:text=quote",
            DAY + n * 76 * 86_400_000_000,
        )
        for n, title in ((1, first), (2, second))
    )
    return Answer(tuple(sentences), sources, 0.9)


def _answer(language: str, words: Words, frame: Frame) -> Body:
    return messages.answer(cited(language), frame, words)


def _clarify(language: str, words: Words, frame: Frame) -> Body:
    one, other = QUOTES[language][8:]
    return messages.clarify(Clarify((Option("A", "a1", one), Option("B", "a2", other))), frame, words)


def _handoff(reason: Reason, detail: Detail) -> Callable[[str, Words, Frame], Body]:
    def make(language: str, words: Words, frame: Frame) -> Body:
        verdict = Handoff(
            reason, detail, "default", cited(language).sources[0] if reason is Reason.UNSURE else None
        )
        return messages.handoff(verdict, QUOTES[language][6], QUOTES[language][7], frame, words)

    return make


def _grave(kind: FloorClass) -> Callable[[str, Words, Frame], Body]:
    return lambda language, words, frame: messages.grave(
        kind, "", QUOTES[language][6], QUOTES[language][7], frame, words
    )


KINDS: dict[str, tuple[Callable[[str, Words, Frame], Body], Frame]] = {
    "answer": (_answer, FRAME),
    "answer_again": (_answer, replace(FRAME, first=False, first_name="noreply@shop.example")),
    "answer_no_page": (_answer, replace(FRAME, page_url=None)),
    "answer_checked": (_answer, replace(FRAME, checked=True)),
    "answer_while_people_wait": (_answer, replace(FRAME, first=False, people=True)),
    "answer_file_not_read": (_answer, replace(FRAME, unread=1)),
    "clarify": (_clarify, FRAME),
    "settle": (lambda language, words, frame: messages.settle(frame, words), replace(FRAME, first=False)),
    "fixed_identity": (lambda language, words, frame: messages.fixed("identity", frame, words), FRAME),
    "fixed_abilities": (lambda language, words, frame: messages.fixed("abilities", frame, words), FRAME),
    "handoff_no_page": (_handoff(Reason.UNSURE, Detail.NOT_SURE_ENOUGH), replace(FRAME, page_url=None)),
    "handoff_files_not_read": (_handoff(Reason.UNSURE, Detail.NOT_SURE_ENOUGH), replace(FRAME, unread=2)),
    "handoff_again": (_handoff(Reason.CUSTOMER_ASKED, Detail.PHRASE), replace(FRAME, first=False)),
}
KINDS |= {
    f"handoff_{reason}_{detail}": (_handoff(reason, detail), FRAME)
    for reason, details in {
        Reason.CUSTOMER_ASKED: (Detail.PHRASE, Detail.ASKED_BEFORE, Detail.IN_COPY),
        Reason.UNSURE: (
            Detail.NOT_SURE_ENOUGH,
            Detail.SEVERAL_FIT,
            Detail.ALREADY_ASKED,
            Detail.ALREADY_ANSWERED,
            Detail.CONTRADICTION,
            Detail.NO_ARTICLES,
            Detail.LANGUAGE,
            Detail.EMPTY,
        ),
        Reason.OUT_OF_SCOPE: (Detail.NOTHING_CLOSE,),
        Reason.MUST_HANDOFF: (Detail.TOPIC, Detail.UPSET, Detail.REPEATED, Detail.AFTER_ANSWER),
        Reason.APPROVAL_NEEDED: (Detail.NONE,),
        Reason.FALLBACK: (Detail.SPEND, Detail.CAP, Detail.BY_HAND, Detail.INCIDENT),
        Reason.FAILED: (Detail.POISON, Detail.OLD_DELIVERY),
    }.items()
    for detail in details
}
KINDS["handoff_customer_asked_in_copy"] = (
    _handoff(Reason.CUSTOMER_ASKED, Detail.IN_COPY),
    replace(FRAME, first_name=None),
)

KINDS |= {f"handoff_grave_{kind}": (_grave(kind), FRAME) for kind in FloorClass}


def _note(kind: str) -> Callable[[str, Words, Frame], Body]:
    return lambda language, words, frame: note_of(kind, language, words, frame)


NOTES = ("full", "not_told", "bare", "draft_answer", "in_copy", "agent_requester", "grave", "alert")
KINDS |= {f"note_{kind}": (_note(kind), FRAME) for kind in NOTES}


def rendered() -> Iterator[tuple[Path, str]]:
    """Each golden file and what it should hold: the plain text, then the HTML. One file a language and
    kind."""
    for language in LANGUAGES:
        words = load_words(language)
        for kind, (make, frame) in KINDS.items():
            body = make(language, words, replace(frame, language=language))
            yield FOLDER / language / f"{kind}.txt", f"{body.text}\n\n=== html ===\n{body.html}\n"
