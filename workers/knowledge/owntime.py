"""Does a sentence state the company's own answering time? Such sentences are never quoted: we measure waits,
we do not repeat wishes.

Linear: each pattern is looked for once per sentence, and nearness is decided by positions, not by nested
repetition.
"""
from __future__ import annotations

import re

_NUMBER = (
    r"(?:\d{1,3}(?:[-–.,]\d{1,3})?|an?|one|two|three|four|five|six|few|couple|un|une|deux|trois|quelques|ein(?:en|em|e|er|es)?|zwei|drei"
    r"|wenigen?|unos?|una|dos|tres)"
)
_UNIT = (
    r"(?:minutes?|mins?|hours?|hrs?|h|(?:business |working "
    r")?days?|weekdays?|heures?|jours?|minuten?|stunden?|werktage?n?|arbeitstage?n?"
    r"|tage?n?|minutos?|horas?|d[ií]as?)"
)
_DURATION = re.compile(
    rf"\b{_NUMBER}\b(?:\s+(?:to|or|[aà]|bis|ou|o|und|y)\s+{_NUMBER})?[\s-]{{0,2}}{_UNIT}\b"
    r"|\b(?:same|next) (?:business |working )?day\b|\b24\s?/\s?7\b",
    re.IGNORECASE,
)
# Who answers: the company speaking of itself.
_WHO = re.compile(
    r"\b(?:we|we'll|our|us|support|agents?|advis[eo]rs?|customer (?:service|care)|(?:team|staff|desk)"
    r"|nous|notre|nos|service client|[ée]quipe|conseillers?"
    r"|wir|unser\w{0,2}|uns|kundendienst|kundenservice|mitarbeiter\w{0,5}"
    r"|respond(?:emos|eremos)|contest(?:amos|aremos)|nosotros|nuestr[oa]s?|equipo|agentes?|atenci[óo]n al "
    r"cliente)\b",
    re.IGNORECASE,
)
_ANSWERS = re.compile(
    r"\b(?:repl(?:y|ies|ied)|respon(?:d|ds|ded|se|ses)|answer(?:s|ed)?|gets? back|be in touch|gets? in "
    r"touch|hear (?:back|from)"
    r"|come back to you|calls? (?:you )?back"
    r"|r[ée]pon(?:d|ds|dons|dent|drons|dra|se|ses)|recontact\w{1,6}|revenons vers|reviendr\w{1,4}"
    r"|(?:be)?antwort\w{0,4}|melde[nt]|zur[üu]ckrufen|r[üu]ckmeldung"
    r"|respond(?:emos|e|en|eremos|er[áa])|respuestas?|contest\w{1,6}|le llam\w{1,6})\b",
    re.IGNORECASE,
)
_BY_PHONE = re.compile(
    r"\b(?:by phone|phone lines?|on the phone|by (?:live )?chat|live chat|par "
    r"t[ée]l[ée]phone|telefonisch|per telefon|por tel[ée]fono)\b",
    re.IGNORECASE,
)
_YOU_MUST = re.compile(
    r"\b(?:you|customers?|buyers?|sellers?|vous|sie|usted)\s+(?:must|have to|need "
    r"to|should|devez|m[üu]ssen|debe)\b",
    re.IGNORECASE,
)
NEAR = 120  # characters between the answer and its duration


def states_own_time(sentence: str) -> bool:
    """True for "We reply within 24 hours" and "By phone we answer in 3 minutes", not for "Refunds take 5
    days"."""
    durations = [m.start() for m in _DURATION.finditer(sentence)]
    answers = [m.start() for m in _ANSWERS.finditer(sentence)]
    if not any(abs(a - d) <= NEAR for a in answers for d in durations):
        return False
    if _BY_PHONE.search(sentence):
        return True
    # "You must reply to the mail within 3 days" sets the customer's time, not ours.
    return bool(_WHO.search(sentence)) and not _YOU_MUST.search(sentence)
