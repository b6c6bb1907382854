"""How to address a customer: by a first name when the desk holds one, by none when it holds something else,
or when one cannot tell."""
from __future__ import annotations

import re
import unicodedata

from app.core.writing.not_names import BEFORE, DEGREES, JOINING, NOBODY, TITLES, UNSURE_TITLES
from connectors.clean import visible

NAME_MAX = 40  # of the whole field; longer ones are company lines, subjects or worse
FIRST_MAX = 20
WORDS_MAX = 5
# Not one of these: an address, a site, a number, a formula, a placeholder.
_NOT_A_NAME = re.compile(r"[@/\\<>{}\[\]()|#$%^*=+_~\"“”:;!?&0-9]|\.\w|https?|www", re.I)
_FIRST = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# German runs a role together with what it is about: Kundendienst, Personalabteilung.
_RUN_TOGETHER = re.compile(
    r"\w{3,}(?:dienst|service|abteilung|wesen|zentrale|leitung|verwaltung|stelle|büro|betreuung"
    r"|schutz|vertrieb|versand|verein|werkstatt|verlag|team)"
)
_PARTS = re.compile(r"[\s,]+")
# What a spoken Latin word can begin with, beside one consonant: "jsmith" is an address, no name.
_BEGINS = re.compile(
    r"(?:[bcdfghjklmnpqrstvwxz]?[aeiouy]"
    r"|(?:b[jlr]|c[hlrz]|d[hjrw]|f[lr]|g[hlnrw]|hr|jh|k[hlnrwv]|ll|m[ns]|n[gj]|p[fhlrs]|qu|rh|s[chklmnpqrtvwz]"
    r"|sch[lmnrw]?|shr|s[cpt]r|spl|t[hjrswz]|thr|v[lr]|w[hlr]|x[ai]|z[hs])[aeiouy])"
)


def first_name(name: str | None, email: str | None = None) -> str | None:
    """The first name to greet with; None when the field looks like no person's name. "Dubois, Maya" gives
    Maya, "Dr. Anna Weber" Anna.

    `email` is the person's address where it is known: a desk that got no name puts the part before the @ in
    its place.
    """
    whole = " ".join(visible(name or "").split())
    if not whole or len(whole) > NAME_MAX or _NOT_A_NAME.search(whole) or _is_local_part(whole, email):
        return None
    if len(plain := [_bare(word) for word in _PARTS.split(whole)]) > WORDS_MAX or _names_nobody(plain):
        return None
    words = _given(whole)
    if not words or _bare(words[0]) in BEFORE | TITLES | UNSURE_TITLES:
        return None
    return _as_written(words[0], alone=len(plain) == 1)


def _bare(word: str) -> str:
    word = word.casefold().strip(".'’")
    return word.removesuffix("'s").removesuffix("’s")


def _is_local_part(whole: str, email: str | None) -> bool:
    local = (email or "").partition("@")[0].casefold()
    return bool(local) and " " not in whole and whole.casefold() in (local, local.partition("+")[0])


def _names_nobody(words: list[str]) -> bool:
    """Whether a role, a firm, a device or more than one person stands there."""
    parts = {part for word in words for part in (word, *word.split("-"))}
    return bool(parts & NOBODY or parts & JOINING) or any(_RUN_TOGETHER.fullmatch(word) for word in words)


def _given(whole: str) -> list[str]:
    """The words that begin with the given name, if any does."""
    before, _, behind = whole.partition(",")
    given = behind.split()
    if not given or all(_bare(word) in DEGREES for word in given):
        given = before.split()
        turned_round = False
    else:
        turned_round = True
    titles = 0
    while titles < len(given) and _bare(given[titles]) in TITLES:
        titles += 1
    # Behind a title alone a single word is a surname: "Doctor Smith".
    return given[titles:] if not titles or turned_round or len(given) - titles > 1 else []


def _as_written(first: str, alone: bool) -> str | None:
    """The name in its usual capitals; None for initials, and for what nobody could say."""
    if len(first) > FIRST_MAX or not _FIRST.fullmatch(first):
        return None
    latin = unicodedata.normalize("NFKD", first.casefold()).encode("ascii", "ignore").decode()
    is_latin = len(latin) >= len(first) - first.count("’") and "a" <= latin[:1] <= "z"
    if is_latin and (not re.search("[aeiouy]", latin) or alone and not _BEGINS.match(latin)):
        return None
    if first.isupper() and len(first) > 2 or first.islower():
        return "-".join(part[:1].upper() + part[1:].lower() for part in first.split("-"))
    # Two capitals are initials, as one letter is; a capital further on belongs to a product or to two words
    # run together.
    if first.isascii() and (len(first) == 1 or first.isupper()) or first[0].islower():
        return None
    return first
