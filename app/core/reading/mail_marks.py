"""The marks mail programs set around what is not new, in the languages they set them in. One line is matched at a time, from its beginning.

Every pattern is meant for a line of bounded length and repeats only what has a maximum.
"""
from __future__ import annotations

import re


def _line(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


BLANK = " \t\u00a0\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
MARKED = re.compile(r"[>|]")

# "On 3 May 2026 at 14:02, Maya <maya@example.com> wrote:" and its sisters: how such a line begins, and how it ends.
DATE_BEGINS = _line(
    r"(?:on|le|am|el|il|op|em|den|d\.|w dniu|dnia|pe|ma|ti|ke|to|la|su|vào|at)\b.{0,40}\d",
    r".{0,20}\b\d{1,4}[-./]\d{1,2}[-./]\d{1,4}",
    r".{0,40}\d{4}.{0,30}<",
)
_PERSON_AFTER = r"(?:schrieb|schreef|namens|skrev) [^:]{1,120}"
WROTE = re.compile(
    r"(?:wrote|writes|sent|a [ée]crit|schrieb|geschrieben|escribi[óo]|ha scritto|escreveu|schreef|skrev|napisa[łl](?:\(a\))?|kirjoitti"
    rf"|{_PERSON_AFTER})\s{{0,3}}:?\W{{0,5}}$",
    re.IGNORECASE,
)
ADDRESS_COLON = re.compile(r"<[^<>\s]{1,100}@[^<>\s]{1,100}>\s?:$")

# The header block that Outlook and others copy above a quote.
FROM = _line(r"\W{0,6}(?:from|de|von|da|van|fra|från|od|lähettäjä|message du)\s{0,2}\W{0,3}:")
OTHER_HEADER = _line(
    r"\W{0,6}(?:sent|date|to|subject|reply-to|cc|envoy[ée](?: le)?|à|a|objet|sujet|copie à|gesendet|datum|an|betreff|enviado(?: el)?|fecha"
    r"|para|asunto|inviato|data|oggetto|verzonden|aan|onderwerp|sendt|til|emne|skickat|till|ämne|dato|temat|wysłano|do|lähetetty|päivä"
    r"|vastaanottaja|aihe)\s{0,2}\W{0,3}:"
)
DIVIDER = _line(
    r"\W{2,40}(?:original message|message d.origine|message original|urspr[üu]ngliche nachricht|original ?nachricht|mensaje original"
    r"|messaggio originale|oorspronkelijk bericht|oprindelig besked|ursprungligt meddelande|mensagem original|reply message|quoted message"
    r"|antwort(?:nachricht)?|réponse)\W{0,40}$"
)
FORWARD = _line(
    r"\W{2,40}(?:forwarded message|message transf[ée]r[ée]|weitergeleitete nachricht|mensaje reenviado|messaggio inoltrato"
    r"|doorgestuurd bericht)\W{0,40}$",
    r"(?:begin forwarded message|d[ée]but du message (?:transf[ée]r[ée]|r[ée]exp[ée]di[ée])"
    r"|anfang der weitergeleiteten nachricht|inicio del mensaje reenviado)\s?:?$",
)
# Helpdesks put such a line above what they send.
REPLY_ABOVE = _line(
    r"\W{0,10}##-.{0,200}-##",
    r".{0,40}(?:reply above this line|type your reply above|répondez au-dessus de cette ligne|antworten sie oberhalb dieser zeile"
    r"|responda por encima de esta línea)",
)
RULE = re.compile(r"[-_=*~–—]{3,}$")

SIGNATURE_MARK = re.compile(r"(?:--|__|—|–{2})$")
FOOTER_LINE = _line(
    r"(?:sent (?:from|with|via|using)|envoy[ée] (?:de|depuis|à partir de|avec)|gesendet (?:von|mit|aus|über)|enviado (?:desde|con|de)"
    r"|inviato da|verstuurd vanaf) \S.{0,45}$",
    r"(?:von )?mein\w{0,2} .{1,30} gesendet$",
    r"diese nachricht wurde von .{1,40} gesendet$",
    r"(?:get outlook for|obtener outlook para|t[ée]l[ée]charge[rz] outlook pour|outlook für) \w{1,12}.{0,60}$",
)
IN_A_SENTENCE = re.compile(r"[,;!?]|\.\s")  # "Sent from my desk, is easier": not a footer
_GREETINGS = r"(?:grüßen|grüssen|gruß|gruss|grüße|grüsse)"
CLOSING_LINE = _line(
    r"(?:(?:many |kind |best |warm |warmest |with (?:kind |best )?){0,3}(?:regards|wishes|greetings)"
    r"|yours(?: (?:sincerely|faithfully|truly))?|sincerely(?: yours)?|cheers|best|all the best|thx"
    r"|(?:many |kind )?thanks(?: and (?:best|kind) regards)?|thank you(?: (?:in advance|very much))?"
    r"|(?:bien |très )?(?:cordialement|à vous)|sincèrement|bonne journée|merci(?: d.avance| beaucoup)?|salutations"
    rf"|(?:mit )?(?:freundlichen|besten|vielen|herzlichen|lieben|beste|viele|liebe|herzliche|freundliche)? ?{_GREETINGS}|mfg|lg|vg"
    r"|(?:vielen |besten |herzlichen )?dank(?: im voraus)?|danke(?: im voraus)?|hochachtungsvoll"
    r"|(?:un )?(?:cordial |atento )?saludos?(?: cordial(?:es)?)?|atentamente|(?:muchas )?gracias(?: de antemano| por adelantado)?"
    r"|un abrazo|que (?:tenga|tengan) un buen día)[\s,.!]{0,4}$"
)
DISCLAIMER_LINE = _line(
    r"\W{0,3}(?:(?:important|confidentiality|legal|wichtiger?)\W{1,3}(?:notice|note|hinweis)"
    r"|(?:this|the information in this) (?:e-?mail|message|communication)|ce(?:t e-?mail| message| courriel)|diese (?:e-?mail|nachricht)"
    r"|este (?:mensaje|correo)|aviso (?:legal|de confidencialidad)|disclaimer|confidential)"
    r"(?=.{0,250}(?:confiden|vertraulich|privileged|intended|destin|bestimmt|exclusiv))"
)

# Machines that write mail: the part of the address before the @, and headers beside those of RFC 3834.
AUTOMATIC_ADDRESS = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|auto-?(?:reply|responder)|noreply-.{1,60})(?:[+=-].{0,80})?$",
    re.IGNORECASE,
)
AUTOMATIC_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-failed-recipients", "x-apple-action", "list-id")
