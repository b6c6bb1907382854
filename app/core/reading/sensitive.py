"""Secrets that stand in a message themselves: card and account numbers, IDs, passwords.

They are told from harmless numbers by their check digits and by the words beside them.
A secret is named by its kind and its place; its letters never leave the text. All functions are linear in the
text.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

MASK = "•"
BESIDE = 48  # characters before a number in which a word says what it is
TABLE_GROUPS = 2_000  # groups of digits in a row; what goes on longer is a table


class SecretKind(StrEnum):
    CARD = "card"
    IBAN = "iban"
    SSN = "ssn"  # United States
    NINO = "nino"  # United Kingdom
    IDENTITY = "identity"  # passport, identity card, licence, insurance number
    PASSWORD = "password"  # noqa: S105 a kind, not a password
    CODE = "code"  # PIN, CVV


@dataclass(frozen=True, slots=True)
class Secret:
    kind: SecretKind
    start: int
    end: int


def find(text: str) -> tuple[Secret, ...]:
    """The secrets of a text in order; no two overlap."""
    kept: list[Secret] = []
    for secret in sorted(_all(text), key=lambda s: (s.start, s.start - s.end)):
        if not kept or secret.start >= kept[-1].end:
            kept.append(secret)
    return tuple(kept)


def mask(text: str) -> str:
    """The text with each letter and digit of a secret masked: as long as before, everything else in its
    place."""
    parts: list[str] = []
    done = 0
    for secret in find(text):
        parts += (
            text[done : secret.start],
            *(MASK if c.isalnum() else c for c in text[secret.start : secret.end]),
        )
        done = secret.end
    return "".join((*parts, text[done:]))


def _all(text: str) -> Iterator[Secret]:
    if any(map(str.isdigit, text)):
        yield from _cards(text)
        yield from _ibans(text)
        yield from _numbered(text)
        yield from _identities(text)
    yield from _disclosed(text)


# -- payment cards

_DIGIT_RUN = re.compile(r"(?<!\w)\d+(?:[ \t\u00a0\-–—._/]{1,3}\d+)*(?!\w)")
_GROUP = re.compile(r"\d+")
_CARD_NAMED = re.compile(
    r"card|carte|karte|tarjeta|visa|maestro|amex|american express|cc\b|\bpan\b", re.IGNORECASE
)
_OTHER_NAMED = re.compile(
    r"order|track|parcel|consign|shipment|serial|imei|invoice|ticket|booking|barcode|\bean\b|gift|voucher|loyalty|customer n"
    r"|commande|colis|suivi|facture|cadeau|s[ée]rie|client"
    r"|bestell|sendung|rechnung|auftrag|paket|gutschein|kunden|seriennummer"
    r"|pedido|env[ií]o|seguimiento|factura|regalo|serie|cliente",
    re.IGNORECASE,
)
_CARD_DIGITS = (13, 19)
_ISSUER_DIGITS = "23456"
# Issuer's first digits and the lengths they come in; the second list only beside a word for card, as barcodes
# and parcels look the same. Source: ISO/IEC 7812 registrations as the schemes publish them.
_ISSUER = re.compile(
    r"4(?:\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}"
    r"|6(?:011|5\d\d|4[4-9]\d)\d{12}(?:\d{3})?|35(?:2[89]|[3-8]\d)\d{12}|62\d{14}(?:\d{3})?|(?:5018|5020|5038|6304|6759|676[1-3])\d{12}(?:\d{3})?"
)
_ISSUER_NAMED = re.compile(r"4\d{12}|(?:5[0678]|6\d)\d{11,17}")


def _cards(text: str) -> Iterator[Secret]:
    for run in _DIGIT_RUN.finditer(text):
        if run.end() - run.start() < _CARD_DIGITS[0]:
            continue
        groups = [
            (g.start(), g.end()) for g in islice(_GROUP.finditer(text, run.start(), run.end()), TABLE_GROUPS)
        ]
        done = 0
        for first, (start, _) in enumerate(groups):
            end = _card_end(text, groups, first) if start >= done and text[start] in _ISSUER_DIGITS else None
            if end is not None:
                yield Secret(SecretKind.CARD, start, end)
                done = end


def _card_end(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """Where a card's number that begins with this group ends: the longest that holds its check digit."""
    digits = ""
    found = None
    for start, end in groups[first : first + _CARD_DIGITS[1]]:
        digits += text[start : min(end, start + _CARD_DIGITS[1] + 1)]
        if len(digits) > _CARD_DIGITS[1]:
            break
        if len(digits) >= _CARD_DIGITS[0] and _is_card(digits, text, groups[first][0]):
            found = end
    return found


def _is_card(digits: str, text: str, start: int) -> bool:
    issued = bool(_ISSUER.fullmatch(digits))
    if not (issued or _ISSUER_NAMED.fullmatch(digits)) or len(set(digits)) == 1 or not _luhn(digits):
        return False
    before = _before(text, start)
    return bool(_CARD_NAMED.search(before)) or issued and not _OTHER_NAMED.search(before)


def _luhn(digits: str) -> bool:
    values = [int(d) for d in reversed(digits)]
    return (sum(values[::2]) + sum(2 * v - 9 * (v > 4) for v in values[1::2])) % 10 == 0


def _before(text: str, start: int) -> str:
    """The words just before a place, of the same sentence."""
    return re.split(r"[.!?\n](?=\s)|\n", text[max(0, start - BESIDE) : start])[-1]


# -- bank accounts

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \u00a0\-.]?[A-Za-z0-9]){11,30}")
# Source: the IBAN registry of SWIFT.
_IBAN_LENGTHS = {
    code: length
    for length, codes in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL", 19: "MK SI", 20: "AT BA EE KZ LT LU XK", 21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS", 23: "AE GI IL IQ OM TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR", 27: "BI DJ FR GR IT MC SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV", 29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for code in codes.split()
}  # fmt: skip


def _ibans(text: str) -> Iterator[Secret]:
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(match.group()[:2].upper())
        letters = [i for i in range(match.start(), match.end()) if text[i].isalnum()]
        if length is None or len(letters) < length:
            continue
        end = letters[length - 1] + 1
        if not text[end : end + 1].isalnum() and _mod97("".join(text[i] for i in letters[:length])):
            yield Secret(SecretKind.IBAN, match.start(), end)


def _mod97(iban: str) -> bool:
    turned = (iban[4:] + iban[:4]).upper()
    return turned.isascii() and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


# -- numbers of a person

_SSN = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}([- ]?)(?!00)\d{2}\1(?!0000)\d{4}(?![\w-])")
_SSN_NAMED = re.compile(r"\bssn\b|social.?sec", re.IGNORECASE)
_NINO = re.compile(
    r"(?<!\w)(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)",
    re.IGNORECASE,
)
_NINO_NAMED = re.compile(r"\bnino?\b|national insurance|\bni n", re.IGNORECASE)
_DNI = re.compile(r"(?<![\w-])((?:[XYZ][-. ]?)?)(\d{7,8})[-. ]?([A-Z])(?![\w-])", re.IGNORECASE)
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def _numbered(text: str) -> Iterator[Secret]:
    for match in _SSN.finditer(text):
        if match.group(1) == "-" or _SSN_NAMED.search(_before(text, match.start())):
            yield Secret(SecretKind.SSN, *match.span())
    for match in _NINO.finditer(text):
        if match.group().isupper() or _NINO_NAMED.search(_before(text, match.start())):
            yield Secret(SecretKind.NINO, *match.span())
    for match in _DNI.finditer(text):
        if _is_dni(match):
            yield Secret(SecretKind.IDENTITY, *match.span())


def _is_dni(match: re.Match[str]) -> bool:
    """A Spanish identity number, which ends in a check letter; a foreigner's begins with a letter and is one
    digit shorter."""
    letter, digits, check = match.group(1)[:1].upper(), match.group(2), match.group(3).upper()
    if len(digits) != (7 if letter else 8):
        return False
    number = int((str("XYZ".index(letter)) if letter else "") + digits)
    return _DNI_LETTERS[number % 23] == check


# -- numbers with their name beside them

_IDENTITY = re.compile(
    r"(?<!\w)(?:passport|passeport|reisepass|pasaporte|(?:national )?id(?:entity)?[ "
    r"-](?:card|number|no|document)|national id|ausweis"
    r"|personalausweis|carte (?:nationale )?d.identit[ée]|cni|pi[èe]ce d.identit[ée]|titre de "
    r"s[ée]jour|permis de conduire|dni|nie"
    r"|documento de identidad|c[ée]dula|permiso de conducir|carn[ée]t de conducir|driv(?:er|ing)(?:.?s)? "
    r"licen[cs]e|f[üu]hrerschein"
    r"|sozialversicherungs|rentenversicherungs|steuer-?id|krankenversicherten|s[ée]curit[ée] "
    r"sociale|num[ée]ro de s[ée]cu|seguridad social"
    r"|medicare|nhs|tax id|tin|curp|nss|aadhaar|sin)(?:nummer|s?nr)?"
    r"(?![a-z]{4})[^\d\n]{0,28}?(?<![^\W_])((?=[A-Z]{0,5}\d)[A-Z0-9](?:[ -]?[A-Z0-9]){5,17})(?![A-Z0-9])",
    re.IGNORECASE,
)
_IDENTITY_DIGITS = 4


def _identities(text: str) -> Iterator[Secret]:
    for match in _IDENTITY.finditer(text):
        start, end = match.span(1)
        value = re.match(
            r"[A-Za-z0-9]*\d[A-Za-z0-9]*(?:[ -](?=[A-Za-z0-9]*\d)[A-Za-z0-9]+)*", text[start:end]
        )
        if value is not None and sum(map(str.isdigit, value.group())) >= _IDENTITY_DIGITS:
            yield Secret(SecretKind.IDENTITY, start, start + value.end())


# -- passwords and codes that are told

_JOINED = r"(?:\s{0,3}(?:[:=]|->|→)\s{0,3}|\s{1,3}(?:(?:is|was|ist|war|lautet|est|[ée]tait|es|era)\s{0,3}[:=]?)\s{1,3})"
_PASSWORD = re.compile(
    r"(?<!\w)(?:pass[ -]?(?:word|code|wort|phrase)|pass|pwd|pw|kennwort|mot de "
    r"passe|mdp|contrase[ñn]a|clave|login code|code secret)"
    r"(?:\s{1,3}(?:for|f[üu]r|pour|para|of|de|del|von)(?:\s{1,3}[\w@.-]{1,40}){1,4}?)?"
    + _JOINED
    + r"([\"'«„“‘]?)(\S{3,64})",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?<!\w)(?:(pin)(?:[ -]?(code|nummer|number))?|code pin|c[óo]digo "
    r"pin|geheimzahl|cv[vc]2?|csc|(?:security|card) code"
    r"|(?:karten)?pr[üu]f(?:nummer|ziffer|zahl)|sicherheitscode|code de "
    r"s[ée]curit[ée]|cryptogramme|c[óo]digo de seguridad)"
    r"(?:" + _JOINED + r"|\s{1,3})(\d{3,8})(?![\w.,]?\d)",
    re.IGNORECASE,
)
_ENDS = ".,;:!?)\"'»“”’"
# What follows "my password is" where no password is told.
_NO_PASSWORD = frozenset(
    """not no wrong incorrect invalid expired too still always never being also now only correct right good
    fine weak strong short long the a an my your in on at to from for so very old new unknown lost gone
    blocked locked broken required needed rejected refused stolen safe secure hacked compromised
    forgotten changed reset saved accepted denied case same different what where how why this that it
    and or but nicht kein falsch ungültig abgelaufen zu noch immer nie auch jetzt nur richtig korrekt
    gut schwach stark kurz lang das der die ein eine mein mir dein ihr im vergessen weg gesperrt
    blockiert kaputt nötig erforderlich abgelehnt gestohlen sicher gehackt geändert gespeichert und pas
    faux invalide expiré trop encore toujours jamais aussi maintenant seulement bon faible fort court le
    la les un une mon ma votre dans oublié perdu bloqué cassé requis refusé volé sûr piraté changé
    enregistré et plus erroné incorrecta incorrecto inválida caducada demasiado aún siempre nunca
    también ahora solo correcta buena débil fuerte corta larga el los una mi su en olvidada perdida
    bloqueada rota necesaria rechazada robada segura hackeada cambiada guardada y muy errónea""".split()
)


def _disclosed(text: str) -> Iterator[Secret]:
    for match in _PASSWORD.finditer(text):
        value = match.group(2).rstrip(_ENDS)
        if _looks_told(value, bool(match.group(1)), text[match.start(2) + len(value) :][:40]):
            yield Secret(SecretKind.PASSWORD, match.start(2), match.start(2) + len(value))
    for match in _CODE.finditer(text):
        # In India a PIN code of six digits is a postcode.
        if not (match.group(2) and len(match.group(3)) == 6):
            yield Secret(SecretKind.CODE, *match.span(3))


def _looks_told(value: str, quoted: bool, after: str) -> bool:
    """Whether what follows "password is" is one: not a word about passwords, and no address of a page."""
    if (
        len(value) < 4
        or value.casefold() in _NO_PASSWORD
        or value.casefold().startswith(("http", "www.", "{{", "<"))
    ):
        return False
    if quoted or not value.isalpha() or not (value.islower() or value.istitle()):
        return any(c.isalnum() for c in value)
    # A bare word is a password only where nothing goes on about it.
    return re.match(r"[\"'»“”’]?\s*(?:[.,;!)\n]|\Z|and\b|und\b|et\b|y\b)", after) is not None
