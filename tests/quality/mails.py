"""email_replies: are the customer's own words kept, and the quoted ones gone. email_auto: is a machine's mail
known for one.

A machine's mail is read three times: with all its headers, which no desk gives; and as each connector would
make it of what its desk gives.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from app.core.reading.machines import automatic_in
from config.wording import LANGUAGES, load_words
from connectors.freshdesk import payloads as freshdesk
from connectors.freshdesk.sandbox import texts as freshdesk_texts
from connectors.records import Message, Person, Role, Stamp, Status, Ticket
from connectors.zendesk import payloads as zendesk
from connectors.zendesk.sandbox import comments, texts
from tests.emit import Emit
from tests.quality import intervals
from tests.quality.mailfile import Mail, parsed
from tests.quality.reading import read as read_ticket
from tests.quality.reading import read_text
from tests.quality.rows import each, read

REPLIES, AUTO = "email_replies", "email_auto"
AT = "2026-05-04T10:00:00Z"
STAMP = Stamp(AT, 0, 2_000_000, 2_000_000)
CUSTOMER = 7
WORDS = {code: load_words(code) for code in LANGUAGES}
# Where anybody would cut: at the first line that a mail program has put between what is new and what is old.
FIRST_MARKS = (">", "-----Original Message", "________________", "From:", "-- ")


@dataclass(frozen=True, slots=True)
class Kept:
    """Words of one mail: the customer's that are gone of all of theirs, and others' that are still there of
    all of others'."""

    exact: bool
    lost: int
    own: int
    left: int
    others: int


def suites(data: Path) -> list[str]:
    return [name for name in (REPLIES, AUTO) if (data / name / "eval.jsonl").exists()]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    for name in names:
        (_replies if name == REPLIES else _automatic)(emit, name, data / name / "eval.jsonl")
        if name == AUTO:
            _typed_by_people(emit, name, sorted(data.glob("intent_*/train.jsonl")))


def _replies(emit: Emit, name: str, file: Path) -> None:
    ways: dict[str, Callable[[str], str]] = {
        "ours": lambda raw: read_text(raw).question,
        "first_mark": until_first_mark,
        "nothing_done": lambda raw: raw,
    }
    measured = each(
        emit,
        name,
        read(file),
        lambda row: {who: kept(row["raw"], row["reply"], way(row["raw"])) for who, way in ways.items()},
    )
    rows = [found for _, found in measured]
    if not rows:
        return
    figures = {who: replies_scored([row[who] for row in rows]) for who in ways}
    low, high = intervals.of_share(sum(row["ours"].exact for row in rows), len(rows))
    for who in ("first_mark", "nothing_done"):
        for figure, value in figures["ours"].items():
            bounds = {"low": low, "high": high} if figure == "exact" else {}
            emit(
                name,
                figure,
                value,
                len(rows),
                model="shipped",
                baseline=who,
                baseline_value=figures[who][figure],
                **bounds,
            )


def kept(raw: str, reply: str, found: str) -> Kept:
    """Compared word by word, in order: a word that stands in the quote and in the reply is told apart by its
    neighbours."""
    own, said = reply.split(), found.split()
    both = sum(block.size for block in SequenceMatcher(None, own, said, autojunk=False).get_matching_blocks())
    return Kept(own == said, len(own) - both, len(own), len(said) - both, max(len(raw.split()) - len(own), 0))


def replies_scored(rows: Sequence[Kept]) -> dict[str, float]:
    """Shares over all rows: mails with exactly the customer's words, words of theirs lost, others' words
    left."""
    return {
        "exact": sum(row.exact for row in rows) / len(rows),
        "words_lost_share": sum(row.lost for row in rows) / max(sum(row.own for row in rows), 1),
        "quoted_words_left": sum(row.left for row in rows) / max(sum(row.others for row in rows), 1),
    }


def until_first_mark(raw: str) -> str:
    lines = raw.splitlines()
    marks = (
        n for n, line in enumerate(lines) if line.startswith(FIRST_MARKS) or line.rstrip().endswith("wrote:")
    )
    return "\n".join(lines[: next(marks, len(lines))])


def _automatic(emit: Emit, name: str, file: Path) -> None:
    rows = read(file)
    for given, fields, made in GIVEN:
        found = each(emit, name, rows, lambda row, made=made: _recognised(row, made))
        _known(emit, name, [known for _, known in found], {"given": given, **fields})


def _recognised(row: Mapping[str, Any], made: Callable[[Mail], Ticket]) -> tuple[bool, bool, bool]:
    """Whether a machine sent it, whether its own header says so, and whether triage knows."""
    mail = parsed(row["raw"])
    by_header = mail.headers.get("auto-submitted", "no").lower() != "no"
    return bool(row["automatic"]), by_header, read_ticket(made(mail)).automatic is not None


def _known(emit: Emit, name: str, found: Sequence[tuple[bool, bool, bool]], fields: dict[str, Any]) -> None:
    machines = [(plain, known) for automatic, plain, known in found if automatic]
    people = [(plain, known) for automatic, plain, known in found if not automatic]
    hits = sum(known for _, known in machines)
    low, high = intervals.of_share(hits, len(machines))
    beside = {"model": "shipped", "baseline": "auto_submitted_header", **fields}
    emit(name, "recall", hits / len(machines) if machines else None, len(machines), low=low, high=high,
         why=None if machines else "no row is a machine's", **beside,
         baseline_value=sum(plain for plain, _ in machines) / len(machines) if machines else None)
    emit(name, "false_alarms", sum(known for _, known in people), len(people), unit="mails", **beside,
         baseline_value=sum(plain for plain, _ in people))


def _typed_by_people(emit: Emit, name: str, files: Sequence[Path]) -> None:
    """Training rows of the intent suites, each as a first message under itself as its subject, and as an
    answer to us."""
    texts = [str(row["text"]) for file in files for row in read(file)]
    if not texts:
        return
    alarms = sum(
        automatic_in(first, first.messages[0], WORDS) is not None
        or automatic_in(then, then.messages[-1], WORDS) is not None
        for first, then in map(_as_typed, texts)
    )
    emit(name, "false_alarms", alarms, len(texts), unit="texts", given="typed")


def _as_typed(text: str) -> tuple[Ticket, Ticket]:
    first = with_headers(Mail({}, text[:200], "Maya Lind", "maya@example.com", text, ""))
    ours = Message("0", Person("9", Role.ASSISTANT, "Larkfield"), 0, True, "Anything else?")
    return first, replace(first, messages=(ours, *first.messages))


def with_headers(mail: Mail) -> Ticket:
    """The mail as if a desk gave all of its headers."""
    writer = Person(str(CUSTOMER), Role.CUSTOMER, mail.name, mail.address)
    message = Message("1", writer, 0, True, mail.text, channel="email", headers=mail.headers)
    return Ticket("desk", "1", mail.subject, Status.NEW, writer, (message,), STAMP, 0, 0, channel="email")


def on_zendesk(mail: Mail, flags: Callable[[dict[str, str]], tuple[int, ...]]) -> Ticket:
    """The mail as the Zendesk connector makes it of the desk's JSON: its `From` alone; `flags` are what the
    desk makes of headers."""
    via = {"channel": "email", "source": {"from": {"name": mail.name, "address": mail.address}, "rel": None}}
    plain = mail.text or texts.to_plain(texts.sanitize(mail.html), links=True)
    comment: Mapping[str, Any] = {
        "id": 1,
        "author_id": CUSTOMER,
        "created_at": AT,
        "public": True,
        "plain_body": plain,
        "body": plain,
        "via": via,
        "metadata": {"flags": list(flags(dict(mail.headers)))},
    }
    data = {
        "id": 1,
        "subject": mail.subject,
        "status": "new",
        "requester_id": CUSTOMER,
        "created_at": AT,
        "updated_at": AT,
        "via": via,
    }
    people = {str(CUSTOMER): {"id": CUSTOMER, "role": "end-user", "name": mail.name, "email": mail.address}}
    return zendesk.ticket(data, [comment], people, STAMP, zendesk.view_of("desk", {}, frozenset(), ""))


def on_freshdesk(mail: Mail) -> Ticket:
    """The mail as the Freshdesk connector makes it of the desk's JSON: neither headers nor flags, and the
    text from its HTML."""
    data = {
        "id": 1,
        "subject": mail.subject,
        "status": 2,
        "source": 1,
        "requester_id": CUSTOMER,
        "created_at": AT,
        "updated_at": AT,
        "requester": {"id": CUSTOMER, "name": mail.name, "email": mail.address},
        "description": mail.html or freshdesk_texts.from_mail(mail.text),
        "description_text": mail.text,
    }
    return freshdesk.ticket(data, [], STAMP, freshdesk.view_of("desk", {}, frozenset(), ""))


# What Zendesk makes of headers is not written down: flag 4 as our sandbox desk sets it, and without any flag.
GIVEN: tuple[tuple[str, dict[str, str], Callable[[Mail], Ticket]], ...] = (
    ("headers", {}, with_headers),
    (
        "zendesk",
        {"flag_4": "as the sandbox desk sets it"},
        lambda mail: on_zendesk(mail, comments.flags_of_headers),
    ),
    ("zendesk", {"flag_4": "never"}, lambda mail: on_zendesk(mail, lambda headers: ())),
    ("freshdesk", {}, on_freshdesk),
)
