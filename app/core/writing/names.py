"""How to address a customer: by a first name when the desk holds one, by none when it holds something else."""
from __future__ import annotations

import re

from connectors.clean import visible

NAME_MAX = 40  # of the whole field; longer ones are company lines, subjects or worse
FIRST_MAX = 20
# Not one of these: an address, a site, a number, a formula, a placeholder.
_NOT_A_NAME = re.compile(r"[@/\\<>{}\[\]()|#$%^*=+_~\"“”:;!?&0-9]|\.\w|https?|www", re.I)
_ROLE_WORDS = frozenset(
    "noreply no-reply donotreply mailer-daemon postmaster support admin administrator info sales team customer client kunde kundin cliente "
    "service billing office contact kontakt contacto user guest unknown anonymous test null none undefined deleted daemon webmaster "
    "gmbh ag ltd inc llc sarl sas sl company bot newsletter notification notifications system".split()
)
# A title says that a surname follows; "Hi Müller" would be worse than no name.
_TITLES = frozenset("mr mrs ms miss mx dr prof sir herr frau m mme mlle monsieur madame sr sra srta señor señora don doña".split())
_FIRST = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def first_name(name: str | None) -> str | None:
    """The first name to greet with; None when the field looks like no person's name. "Dubois, Maya" gives Maya."""
    whole = " ".join(visible(name or "").split())
    if not whole or len(whole) > NAME_MAX or _NOT_A_NAME.search(whole):
        return None
    surname, comma, given = whole.partition(",")
    words = (given if comma else surname).split()
    if not words or any(word.casefold().strip(".") in _ROLE_WORDS for word in whole.replace(",", " ").split()):
        return None
    first = words[0]
    if first.casefold().strip(".") in _TITLES or len(first) > FIRST_MAX or not _FIRST.fullmatch(first):
        return None
    if first.isupper() and len(first) > 2 or first.islower():
        return "-".join(part[:1].upper() + part[1:].lower() for part in first.split("-"))
    # Two capitals are initials, as one letter is.
    return None if first.isascii() and (len(first) == 1 or first.isupper()) else first
