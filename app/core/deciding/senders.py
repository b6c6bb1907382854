"""Sender and text of a message in a form that stays the same when digits change, for the limits on how much
one machine is written to."""
from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.reading.phrases import fold

TEXT_MAX = 4_000  # characters of a message that are compared
SUBJECT_MAX = 300
# So long a number in an address counts something; "anna1" and "anna2" may be two people. Who asks is taken
# for a person all the same: a machine tells.
_COUNTER = re.compile(r"\d{4,}")
_DIGITS = re.compile(r"\d+")
_ASKS = re.compile("[?？¿]")
_TAG = re.compile(r"\+[^@]*@")  # "anna+shop@": all tags of a mailbox are one sender


@dataclass(frozen=True, slots=True)
class Said:
    """One message as the limits compare it.

    `text` is folded and has no word with a digit in it, "" when nothing is left; `spelt` is the same with its
    numbers. `shape` is the sender's name and address without digits, `counted` says that the address itself
    counts on.
    """

    sender: str
    shape: str
    text: str
    spelt: str
    counted: bool


def said(address: str, name: str | None, text: str, subject: str = "") -> Said:
    """The message of this sender as it is compared with others of the last 24 hours.

    `subject` stands in front of every text alike: whether a question is read with it depends on what else it
    says, and a number that counts on would make the same words two texts.
    """
    sender = _TAG.sub("@", address.strip().lower())
    heading, words = fold(subject[:SUBJECT_MAX]).text.split(), fold(text[:TEXT_MAX]).text.split()
    if words[: len(heading)] != heading:
        words = heading + words
    plain = " ".join(word for word in words if not any(letter.isdigit() for letter in word))
    called = " ".join(fold((name or "")[:200]).text.split())
    # The name belongs to it: students whose addresses are numbers are many people, and have names of their
    # own.
    shape = f"{_DIGITS.sub('', sender)} {_DIGITS.sub('', called)}"
    letters = any(letter.isalpha() for letter in plain)
    counted = bool(_COUNTER.search(sender.partition("@")[0])) and not _ASKS.search(text[:TEXT_MAX])
    return Said(sender, shape, plain if letters else "", " ".join(words), counted)
