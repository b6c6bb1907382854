"""Every closed list is an enum of its own; each member is made by some code, or stands here with the reason
why it is there already."""
from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path

import pytest

from app.core.deciding.ownership import Owner
from app.core.kinds import EffectKind, EffectState, InboxKind, Purpose, Quiet, WhyNoWait, WorkState
from app.core.writing.limits_told import Ability
from app.web.console import plain
from config.floor import FloorClass
from config.policy import Detail, Mode, Reason
from config.wording import LANGUAGES, load_words

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("app", "workers", "connectors", "config")
WORDS = {"plain.py"}  # names every member in order to put it into words: that makes none

ACTIONS = "actions at the company's own system are decided, confirmed and run by code that is still to come"
# Pairs, for members of two string enums with one value are one key.
PLANNED: tuple[tuple[Enum, str], ...] = (
    (EffectKind.ACTION, ACTIONS),
    (Purpose.ACTION, ACTIONS),
    (Reason.APPROVAL_NEEDED, ACTIONS),
    (Detail.CONTRADICTION, "pages that contradict each other are not compared yet"),
    (Detail.SEVERAL_FIT, "a third page that fits equally is not told apart from two yet"),
    (Detail.REPEATED, "contact on the same matter is recognised, and does not decide by itself yet"),
    (Detail.SPEND, "nothing outside is paid for yet"),
    (Detail.OLD_DELIVERY, "deliveries are answered whatever their age"),
    (Detail.CLOSED, "a closed ticket ends in silence"),
)
# A rule speaks of these already, so that whoever makes them finds it; no code makes one.
NAMED_AHEAD: tuple[tuple[Enum, str], ...] = (
    (Purpose.CONFIRM, ACTIONS),
    (Purpose.ACTION_OUTCOME, ACTIONS),
    (Purpose.WAIT_UPDATE, "a told wait is not watched by a worker yet"),
    (Purpose.CORRECTION, "an answer whose page has changed is not corrected by itself yet"),
    (Purpose.CLOSING, "a ticket is closed by its desk, without words of ours"),
)
# Found by their value alone: read from a file, and listed nowhere else.
BY_VALUE = (FloorClass, Ability)


def enums() -> Iterator[tuple[str, str, list[str]]]:
    """(file, name, members) of every enum of the rooms."""
    for path, tree in sources():
        for node in tree.body:
            bases = (
                {b.id for b in node.bases if isinstance(b, ast.Name)}
                if isinstance(node, ast.ClassDef)
                else set()
            )
            if isinstance(node, ast.ClassDef) and bases & {"Enum", "StrEnum", "IntEnum"}:
                members = [
                    t.id
                    for n in node.body
                    if isinstance(n, ast.Assign)
                    for t in n.targets
                    if isinstance(t, ast.Name)
                ]
                yield path, node.name, members


def sources() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            if "sandbox" not in file.parts:
                yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text("utf-8"))


def named() -> set[tuple[str, str]]:
    """(enum, member) that some code names."""
    return {
        (node.value.id, node.attr)
        for path, tree in sources() if Path(path).name not in WORDS
        for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }  # fmt: skip


def test_every_member_is_made_by_some_code_or_is_planned_with_its_reason() -> None:
    by_value = {kind.__name__ for kind in BY_VALUE}
    unnamed = {(name, m) for _, name, members in enums() if name not in by_value for m in members} - named()
    planned = {(type(member).__name__, member.name) for member, _ in PLANNED}
    print("\n".join(f"{type(m).__name__}.{m.name}: planned, {why}" for m, why in (*PLANNED, *NAMED_AHEAD)))
    assert unnamed == planned, {"made by nobody": unnamed - planned, "made by now": planned - unnamed}


def test_no_enum_stands_twice() -> None:
    names = [name for _, name, _ in enums()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("table", "kind"), [
    (plain.REASONS, Reason), (plain.DETAILS, Detail), (plain.QUIET, Quiet), (plain.FLOOR, FloorClass),
    (plain.MODES, Mode),
    (plain.EFFECTS, EffectKind), (plain.STATES, EffectState), (plain.INBOX_KINDS, InboxKind),
    (plain.INBOX_STATES, WorkState),
    (plain.OWNERS, Owner), (plain.PURPOSES, Purpose),
])  # fmt: skip
def test_every_member_has_its_words_in_the_console(table: Mapping[Enum, str], kind: type[Enum]) -> None:
    assert set(table) == set(kind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_why_no_wait_is_told_has_its_words(language: str) -> None:
    words = load_words(language)
    assert [why for why in WhyNoWait if f"waits.why.{why}" not in words.texts] == []


def test_a_planned_member_that_code_makes_by_now_is_seen() -> None:
    assert ("Quiet", "CLOSED") in named() and ("Detail", "SPEND") not in named()
