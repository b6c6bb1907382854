"""own_mails: replies in the shapes of mail programs, written apart for this repository, as the cutter reads
them.

Each row becomes a ticket: its earlier messages by the assistant, then the mail by the requester. A row of
HTML is made plain as the connector that reads HTML does it. Nothing here prints a row.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from connectors.clean import strip_hidden
from connectors.mailtext import lines_of
from connectors.records import Message, Person, Role, Stamp, Status, Ticket
from tests.emit import Emit
from tests.quality import intervals
from tests.quality.mails import Kept, kept, replies_scored, until_first_mark
from tests.quality.reading import read as read_ticket
from tests.quality.rows import each, read

SUITE = "own_mails"
ROWS = Path(__file__).parent / "mails" / "mails.jsonl"
US = Person("9", Role.ASSISTANT, "Larkfield AI assistant")
STAMP = Stamp("1", 1, 1, 1)


def suites(data: Path) -> list[str]:
    return [SUITE]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    measured = [(row, ways) for row, ways in each(emit, SUITE, read(ROWS), _ways)]
    for given in ("all", "raw", "html"):
        rows = [ways for row, ways in measured if given in ("all", *row)]
        ours = [row["ours"] for row in rows]
        low, high = intervals.of_share(sum(row.exact for row in ours), len(ours))
        beside = {who: replies_scored([row[who] for row in rows]) for who in ("first_mark", "nothing_done")}
        for figure, value in replies_scored(ours).items():
            bounds = {"low": low, "high": high} if figure == "exact" else {}
            for baseline, figures in beside.items():
                emit(SUITE, figure, value, len(rows), given=given, model="shipped", baseline=baseline,
                     baseline_value=figures[figure], **bounds)


def _ways(row: Mapping[str, Any]) -> dict[str, Kept]:
    text = row["raw"] if "raw" in row else lines_of(row["html"])
    question = read_ticket(asked(text, row["requester"], row["earlier"])).question
    found = {"ours": question, "first_mark": until_first_mark(text), "nothing_done": text}
    return {who: nearest(text, (row["reply"], *row["also"]), said) for who, said in found.items()}


def nearest(text: str, right: Sequence[str], found: str) -> Kept:
    """Against the first of the right texts for what is lost; exact against any of them, line by line."""
    scored = kept(plain(text), plain(right[0]), plain(found))
    exact = any(plain(one) == plain(found) for one in right)
    return Kept(exact, scored.lost, scored.own, scored.left, scored.others)


def plain(text: str) -> str:
    """Without empty lines and blanks at the ends of lines, cleaned as every text is (a full-width "？" is a
    "?")."""
    seen, _ = strip_hidden(text)
    return "\n".join(line.strip() for line in seen.splitlines() if line.strip())


def asked(text: str, requester: str, earlier: Sequence[str]) -> Ticket:
    """The mail as the newest message of a ticket."""
    writer = Person("7", Role.CUSTOMER, requester, "customer@example.com")
    before = [Message(f"e{n}", US, n, True, said, channel="email") for n, said in enumerate(earlier, 1)]
    message = Message("m", writer, len(earlier) + 1, True, text, channel="email")
    return Ticket("desk", "1", "", Status.OPEN, writer, (*before, message), STAMP, 1, 1, channel="email")
