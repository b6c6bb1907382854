"""The marks mail programs set around what is not new, in the languages they set them in. One line is matched
at a time, from its beginning.

Every pattern is meant for a line of bounded length and repeats only what has a maximum.
"""
from __future__ import annotations

import re


def _line(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


MARKED = re.compile(r">(?![_.:-]{0,2}<)")  # and no face such as ">_<"
COMPARED = re.compile(r">\s?\d")
BARRED = re.compile(r"\|(?!\s*\S.*\|)")  # a bar before a quoted line; a row of a table has more of them
RULE = re.compile(r"[-_=*~–—]{3,}$")

# "On 3 May 2026 at 14:02, Maya <maya@example.com> wrote:" and its sisters, by what such a line holds in any
# language.
ADDRESS = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
DAY = re.compile(
    r"\d{1,4}\s?[-./]\s?\d{1,2}\s?[-./]\s?\d{1,4}|\d{4}\s?[年년]|\b(?:19|20|25)\d\d\b"
    r"|\b\d{1,2}\.?\s(?:de\s)?[^\W\d_]{3,12}\b|\b[^\W\d_]{3,12}\s\d{1,2}(?:st|nd|rd|th)?\b(?![:.]\d)"
)
TIME = re.compile(r"\d{1,2}\s?[:.hH時시]\s?\d{2}\b")
ENDS_WITH_COLON = re.compile(r"[:：]\W{0,3}$")
_WROTE = (
    r"wrote|writes|sent|said|a\s?[ée]crit|schrieb(?:en)?|geschrieben|escribi[óo]|ha\sscritto|scritto"
    r"|escreveu|va\sescriure|idatzi\sdu|escribiu"
    r"|schreef|geschreven|skrev|skreiv|skrifaði|kirjoitti|kirjutas|rakst[īi]ja|raš[ėe]|napisa[łl](?:\(a\)"
    r"|a)?|napsala?(?:\(a\))?"
    r"|napísala?(?:\(a\))?|napisala?(?:\s?\(a\))?|je\snapisa[ol](?:\(la\)|/la)?|pisze|a\sscris|írta"
    r"|yaz(?:dı|mış)|έγραψε"
    r"|написала?(?:\(а\))?|пишет|писала?|написав|написала|пише|напиша|menulis|tulis|đã\sviết|viết"
    r"|เขียน(?:ว่า)?|ने\sलिखा|লিখেছেন"
    r"|写道|寫道|写到|のメール|さんは書きました|が書きました|님이\s?(?:작성|쓴\s?글)|작성(?:한\s?메시지)?|كتب(?:ت)?|כתבה?|نوشت|skribis|shkroi"
)
WROTE = re.compile(
    rf"(?<![^\W\d_])(?:{_WROTE})(?![a-zà-ÿ])|(?:写道|寫道|写到|のメール|님이|작성|เขียน|書きました)",
    re.IGNORECASE,
)
WROTE_ENDS = re.compile(rf"(?:(?<![^\W\d_])(?:{_WROTE})|님이\s?작성)\W{{0,6}}$", re.IGNORECASE)
WROTE_WITHIN = re.compile(rf"(?<![^\W\d_])(?:{_WROTE})\s?[:：]\s{{1,8}}(?=\S)", re.IGNORECASE)
# Whoever says "you wrote" says it themselves.
PRONOUN = re.compile(
    r"(?<![\w@.'’-])(?:I(?:['’]m)?|(?i:we|you|your|yours|my|our|he|she|they|me|us|him|them|mir|mich|uns|ihm|ihnen|euch|moi|ich|wir|du|ihr|ihre[nmrs]?"
    r"|mein\w{0,2}|unser\w{0,2}|nous|vous"
    r"|votre|vos|notre|yo|nosotros|usted(?:es)?|nuestr[oa]s?|noi|voi|vostr[oaei]|wij|jullie"
    r"|ik))(?![\w@.'’-])|\b[jJ]['’]"
)
# The header block run together into one line.
FROM = _line(r"\W{0,6}(?:from|de|von|da|van|fra|från|od|lähettäjä|message du)\s{0,2}\W{0,3}:")
INSIDE_HEADER = _line(
    r"\s(?:sent|date|to|subject|reply-to|cc|envoy[ée](?: le)?|à|objet|sujet|gesendet|datum|an|betreff"
    r"|enviado(?: el)?|fecha"
    r"|para|asunto|inviato|data|oggetto|verzonden|aan|onderwerp|sendt|til|emne|skickat|till|ämne|dato|temat"
    r"|wysłano|do)\s{0,2}:"
)
DIVIDER = _line(
    r"\W{2,40}(?:original (?:message|e-?mail)|message d.origine|(?:message|mail|courriel|e-?mail) original"
    r"|urspr[üu]ngliche (?:nachricht|e-?mail|mail)"
    r"|original[ -]?nachricht|mensaje original|messaggio originale|oorspronkelijk bericht|oprindelig "
    r"(?:besked"
    r"|meddelelse)|opprinnelig melding"
    r"|ursprungligt meddelande|mensagem original|missatge original|reply message|quoted message"
    r"|alkuperäinen viesti|wiadomość oryginalna"
    r"|oryginalna wiadomość|původní zpráva|původní e-mail|pôvodná správa|eredeti üzenet|mesaj original"
    r"|mesajul original|orijinal (?:ileti|mesaj)"
    r"|исходное сообщение|оригинальное сообщение|оригінальне повідомлення|вихідне повідомлення"
    r"|оригинално съобщение|αρχικό μήνυμα|הודעה מקורית"
    r"|الرسالة الأصلية|原始邮件|原始郵件|元のメッセージ|원본 메시지|원본 메일|ข้อความต้นฉบับ|thư gốc|pesan asli|izvorna poruka"
    r"|izvirno sporočilo"
    r"|antwort(?:nachricht)?|réponse)\W{0,40}$"
)
FORWARD = _line(
    r"\W{2,40}(?:forwarded (?:message|e-?mail)|message transf[ée]r[ée]|courriel transféré"
    r"|weitergeleitete (?:nachricht|e-?mail|mail)"
    r"|mensaje reenviado|mensagem (?:encaminhada|reencaminhada)|messaggio inoltrato|doorgestuurd bericht"
    r"|videresendt (?:besked|melding|e-post)"
    r"|vidarebefordrat (?:meddelande|mejl)|välitetty viesti|(?:przekazana|przesłana dalej) wiadomość"
    r"|wiadomość przekazana|přeposlaná zpráva"
    r"|preposlaná správa|továbbított üzenet|mesaj redirecționat|yönlendirilmiş (?:ileti|mesaj)"
    r"|iletilen ileti|пересылаемое сообщение"
    r"|переслане повідомлення|προωθημένο μήνυμα|הודעה שהועברה|رسالة محو[ّ]?لة|转发的?邮件|轉寄郵件|転送(?:された)?メッセージ"
    r"|전달된 메일|전달된 메시지"
    r"|ข้อความที่ส่งต่อ|thư chuyển tiếp|pesan terusan)\W{0,40}$",
    r"(?:begin forwarded message|d[ée]but du message (?:transf[ée]r[ée]|r[ée]exp[ée]di[ée])"
    r"|anfang der weitergeleiteten (?:nachricht|e-?mail)|inicio del mensaje reenviado"
    r"|inizio messaggio inoltrato|begin doorgestuurd bericht"
    r"|vidarebefordrat brev|início da mensagem reencaminhada)\s?:?$",
)
# Helpdesks put such a line above what they send.
REPLY_ABOVE = _line(
    r"\W{0,10}##-.{0,200}-##",
    r".{0,40}(?:reply above this line|type your reply above|répondez au-dessus de cette ligne"
    r"|antworten sie oberhalb dieser zeile"
    r"|responda por encima de esta línea)",
)
# The customer says that their answers stand further down.
POINTS_BELOW = re.compile(
    r"\b(?:below|beneath|inline|in-line|in line with|in (?:the "
    r"text|between|red|blue|green|bold|caps|capitals)"
    r"|underneath|further down|interspersed|embedded|point by point|one by one|marked (?:with|by)"
    r"|(?:my|our|the) (?:answers|comments|replies|remarks|responses|notes)"
    r"|unten|untenstehend|nachstehend|im text|in (?:rot|blau|grün|fett)|darunter|dazwischen|zwischen den "
    r"zeilen"
    r"|(?:meine|unsere|die) (?:antworten|anmerkungen|kommentare)|punkt für punkt"
    r"|ci-dessous|plus bas|en (?:rouge|bleu|vert|gras|majuscules)|dans (?:le|votre|ton) "
    r"(?:texte|message|mail)"
    r"|entre les lignes|(?:mes|nos|les) (?:réponses|remarques|commentaires)|point par point"
    r"|abajo|a continuación|en (?:rojo|azul|verde|negrita|mayúsculas)|m[áa]s abajo|entre líneas"
    r"|(?:mis|nuestras|las) (?:respuestas|comentarios)|punto por punto"
    r"|qui sotto|di seguito|in (?:rosso|grassetto|maiuscolo)|le mie risposte"
    r"|hieronder|tussen de regels|mijn antwoorden|nedan|mina svar|nedenfor|mine svar|poniżej|moje "
    r"odpowiedzi)\b",
    re.IGNORECASE,
)
# The customer passes somebody else's mail on, without the heading of a forward.
PASSES_ON = re.compile(
    r"\b(?:fyi|f\.y\.i|for your information|forward(?:ing|ed)|passing (?:this|it) on|see "
    r"(?:this|attached|the e?-?mail)"
    r"|zur (?:info|kenntnis|information)|weitergeleitet|leite (?:ich )?(?:das|dies|ihnen)|siehe "
    r"(?:mail|e-mail|anhang)"
    r"|pour (?:info|information|votre information)|je vous (?:transfère|transmets)|voir le (?:mail|message)"
    r"|para (?:su|tu|vuestra) información|les? reenvío|ver (?:el )?correo|per (?:conoscenza|info)|inoltro"
    r"|ter (?:info|informatie)|doorgestuurd)\b",
    re.IGNORECASE,
)
# An answer that its writer has marked, between the lines of a quote.
ANSWERED = _line(
    r"(?:-{1,3}>|={1,2}>|→|➔|➜|►|▶|»|<-{1,2}|<={1,2}|\*{2,3}|#{2,3}|\+{2,3})\s?\w",
    r"\W{0,3}(?:a|ans|answer|reply|re|aw|antw|antwort|r|rép|réponse|resp|respuesta|risposta|antwoord|svar|odp"
    r"|odpowiedź)\s?\d{0,2}\s?[:：]\s?\S",
    r"\[[^\W\d_][^\]]{0,24}\]\s?\S",
)
GREETING = _line(
    r"(?:hi|hello|hey|dear|good (?:morning|day|afternoon|evening)|bonjour|bonsoir|salut|hallo|guten (?:tag"
    r"|morgen|abend)|moin|servus|liebe[rs]?"
    r"|sehr geehrte\w{0,2}|hola|buenos d[íi]as|buen[oa]s|estimad[oa]s?|ciao|buongiorno|gentile|dag|beste"
    r"|hej|hei|cześć|dzień dobry|olá|oi)\b"
)

SIGNATURE_MARK = re.compile(r"(?:--|__|—|–{1,2})$")
PURE_MARK = re.compile(r"-- \r?\n?$")  # as RFC 3676 has it; people who draw a line leave the blank out
POSTSCRIPT = _line(
    r"\W{0,3}(?:p\.?\s?p?\.?\s?s|n\.?\s?b|p\.?\s?d|post ?scriptum|nachtrag)\b\.?\s{0,2}[:.,\-–—]?\s?\S"
)
_DEVICE = (
    r"(?:i-?phone|i-?pad|i-?pod|apple watch|samsung|galaxy|android|huawei|honor|xiaomi|redmi|oneplus|oppo"
    r"|nokia|sony|xperia|pixel|motorola"
    r"|blackberry|windows(?: phone| mail)?|smartphone|tablet|handy|mobiltelefon|mobile|mobil|móvil|telefoon"
    r"|telefon|téléphone|phone|outlook|mail"
    r"|yahoo|aol|proton\s?mail|gmx|web\.de|orange|free|bluemail|spark|hey|fairphone|nine|k-9|thunderbird"
    r"|gmail|mailbox|superhuman|zoho|hcl"
    r"|мобильного|телефона|手机|電話|ios|мобільного)"
)
_SENT = (
    r"(?:sent|written|typed|envoy[ée]e?|écrit|gesendet|verschickt|geschrieben|enviad[oa]|inviat[oa]|enviat"
    r"|verzonden|verstuurd|gestuurd|skickat"
    r"|skickades|sendt|lähetetty|wysłan[eoa]|odesláno|odoslané|küldve|küldtem|elküldve|trimis|отправлено"
    r"|надіслано|изпратено|gönderildi|gönderilmiştir"
    r"|poslano|dikirim|saadetud|nosūtīts|išsiųsta|στάλθηκε|εστάλη|נשלח|أُرسلت|أرسلت|مرسل|gửi|được gửi|ส่งจาก)"
)
FOOTER_LINE = _line(
    rf"\W{{0,3}}{_SENT} (?:\S{{1,14}} ){{0,5}}\W{{0,3}}{_DEVICE}.{{0,30}}$",
    r"(?:sent (?:from|with|via|using)|envoy[ée] (?:de|depuis|à partir de|avec)|gesendet (?:von|mit|aus"
    r"|über)|enviado (?:desde|con|de)"
    r"|inviato da|verstuurd vanaf) (?:my|mon|ma|meine[mr]?|mi|il mio|mijn) \S.{0,40}$",
    rf"\W{{0,3}}(?:von |ze |från |fra )?(?:mein\w{{0,2}}|mého|min"
    rf"|mitt) .{{0,30}}{_DEVICE}.{{0,20}}(?:gesendet|odesláno|sendt)$",
    rf".{{0,20}}{_DEVICE}.{{0,14}}(?:gesendet|gönderildi|lähetetty|küldve|küldtem|odesláno|sendt)\W{{0,2}}$",
    rf".{{0,6}}{_DEVICE}.{{0,8}}(?:から送信|から送信され|에서 보냄|傳送|发送)\W{{0,3}}$",
    rf"(?:나의|내)?\s?{_DEVICE}.{{0,8}}(?:에서 보냄|보냄)$",
    rf"(?:发自|發自|從我的|从我的|ส่งจาก|נשלח מה|نُ?أرسلت? من|أُ?رسلت? من|مرسل من).{{0,14}}{_DEVICE}.{{0,12}}$",
    r"diese nachricht wurde von .{1,80} gesendet\.?$",
    r"this (?:message|e-?mail) was sent from my .{1,80}$",
    r"sent (?:with|from) \[?proton ?mail\]?.{0,80}$",
    r"(?:get|obtenez|holen sie sich|obtener|télécharge[rz]|scarica|download|hämta|hent"
    r"|pobierz) outlook (?:for|pour|für|para|per|voor|för|til|dla)"
    r" \w{1,12}.{0,60}$",
    r"outlook (?:für|for|pour|para|per|voor) \w{1,12}(?: (?:herunterladen|beziehen|downloaden))?.{0,60}$",
    r"(?:yahoo mail|aol mail|proton mail)\s?[:–-].{0,80}$",
    r"(?:\[cid:[^\]]{1,120}\]|\[(?:image|inline image|bild|imagen|cid)[^\]]{0,120}\]"
    r"|<image\d{0,4}\.\w{3,4}>)$",
)
IN_A_SENTENCE = re.compile(r"[;!?]|,\s|\.\s")  # "Sent from my desk, is easier": not a footer
_GREETINGS = r"(?:grüßen|grüssen|gruß|gruss|grüße|grüsse)"
FOOTER_SPEAKS = re.compile(
    r"\b(?:I|want|need|please|bitte|ich|möchte|je|voudrais|veux|quiero|quisiera|necesito)\b"
)
# A formula that nobody uses within a text …
CLOSING_LINE = _line(
    r"(?:(?:many |kind |kindest |best |warm |warmest |with (?:kind |best )?){0,3}(?:regards|wishes|greetings)"
    r"|yours(?: (?:sincerely|faithfully|truly))?|(?:yours )?sincerely(?: yours)?|respectfully"
    r"|(?:bien |très )?(?:cordialement|à vous)|sincèrement|(?:meilleures |mes "
    r"|sincères )?salutations(?: distinguées)?"
    rf"|(?:mit )?(?:freundlichen|besten|vielen|herzlichen|lieben|beste|viele|liebe|herzliche|freundliche"
    rf"|schöne)? ?{_GREETINGS}|mfg|lg|vg"
    r"|hochachtungsvoll|(?:un )?(?:cordial |atento |afectuoso )?saludos?(?: cordial(?:es)?| atentos?)?"
    r"|atentamente|un abrazo"
    r"|(?:cordiali |distinti )?saluti|cordialmente|met vriendelijke groet(?:en)?|mvg|groet(?:en|jes)?"
    r"|med vänlig(?:a)? hälsning(?:ar)?"
    r"|(?:med )?venlig hilsen|mvh|(?:med )?vennlig hilsen|ystävällisin terveisin|terveisin|z poważaniem"
    r"|pozdrawiam|s pozdravem|üdvözlettel"
    r"|atenciosamente|com os melhores cumprimentos|abraços|saygılarımla|с уважением|з повагою"
    r"|с поздравом)[\s,.!]{0,4}$"
)
# … and words of courtesy, which may be the text itself.
COURTESY_LINE = _line(
    r"(?:cheers|best|all the best|thx|(?:many |kind )?thanks(?: (?:and (?:best|kind) regards|in advance"
    r"|again|a lot|so much))?"
    r"|thank you(?: (?:in advance|very much|so much))?"
    r"|bonne journée|bien à vous|merci(?: d.avance| beaucoup| par avance)?|(?:vielen |besten "
    r"|herzlichen )?dank(?: im voraus)?"
    r"|danke(?: im voraus| schön)?|(?:muchas )?gracias(?: de antemano| por adelantado)?|que (?:tenga"
    r"|tengan) un buen día|grazie(?: mille)?"
    r"|(?:alvast )?bedankt|dank je|tack|tak|takk|kiitos|dziękuję|obrigad[oa]|teşekkürler"
    r"|спасибо)[\s,.!]{0,4}$"
)
CLOSED_IN_LINE = re.compile(r"[,\s–-]{1,3}(?=\S+(?:\s\S+){0,3}$)")
# Words of somebody who wants something: no line of a signature.
WISH = re.compile(
    r"\b(?:please|pls|want|wants|need|would like|i'd like|can you|could you|cancel|bitte|möchte|brauche"
    r"|will|können|stornieren|merci de|s'il|voudrais|veux"
    r"|souhaite|besoin|pouvez|annuler|por favor|quiero|quisiera|necesito|puede|cancelar|prego|vorrei"
    r"|alstublieft|i|i'm|i've|my|we|our|ich|wir|je|nous"
    r"|mi|mein\w{0,2})\b",
    re.IGNORECASE,
)
# Somebody who speaks of themselves alone: not how a company ends its mails.
ME = re.compile(
    r"(?<![\w@.'’-])(?:I(?:['’](?:m|ve|d|ll))?|(?i:my|me|mine|ich|mein\w{0,2}|mir|mich|je|mon|ma|mes|moi|yo|mi|mis|me|mio|mia"
    r"|ik|mijn|jag|jeg|min|mitt))(?![\w@.'’-])|\b[jJ]['’]"
)
CONTACT = re.compile(
    r"\d{3}|@|www\.|https?:|^\W{0,3}(?:t|m|f|e|w|tel|mob|mobile|phone|fax|e-?mail|web|telefon|handy|mobil"
    r"|tél|portable|móvil|teléfono)\b\s?\.?\s?[:.]",
    re.I,
)

_DISCLAIMED = (
    r"confiden\w{0,12}|vertraulich\w{0,4}|privileged|intended|addressee\w?|recipients?|destin\w{0,8}"
    r"|empfänger\w?|bestimmt|exclusiv\w{0,6}"
    r"|unauthori[sz]ed|disclos\w{0,6}|disseminat\w{0,4}|legally|solely|rechtlich|geschützt\w?"
    r"|unbefugt\w{0,3}|privilegi\w{0,6}|notify the sender"
    r"|in error|irrtümlich|par erreur|por error|delete (?:it|this|the)|löschen|supprimer|supprimez|elimine"
    r"|elimínelo|viruse?s?|liab\w{0,6}|sender"
    r"|absender\w?|expéditeur|remitente|copying|copied|distribut\w{0,4}|vernichten|informieren sie"
    r"|prohibited|verboten|interdit\w?|prohibid[ao]"
)
DISCLAIMED = re.compile(rf"\b(?:{_DISCLAIMED})\b", re.IGNORECASE)
DISCLAIMER_LINE = _line(
    r"\W{0,3}(?:(?:important|confidentiality|legal|privacy|wichtiger?|rechtlicher)\W{1,3}(?:notice|note"
    r"|hinweis)|disclaimer\b|avis de confidentialité"
    r"|aviso (?:legal|de confidencialidad)|vertraulichkeitshinweis"
    r"|(?:this|the information (?:contained )?in this|the contents? of this) (?:e-?mail|message"
    r"|communication|transmission)"
    r"|(?:le contenu de )?ce(?:t e-?mail|tte communication| message| courriel)"
    r"|(?:der inhalt )?diese[rs]? (?:e-?mail|nachricht)"
    r"|est[ea] (?:mensaje|correo|e-?mail|comunicación)|la información contenida en este|questa (?:e-?mail"
    r"|comunicazione)|questo messaggio"
    r"|dit (?:e-?mail)?bericht|deze e-?mail|confidential)"
)
OUTSIDE_BANNER = _line(
    r"\W{0,6}(?:external(?: e-?mail| sender)?|caution|warning|attention)\W{1,4}.{0,40}(?:outside (?:of "
    r")?(?:the|your|our)\b"
    r"|external (?:e-?mail|sender|source|party|address)|originated (?:from|outside))",
    r"\W{0,4}(?:you don.t often get e-?mail from|please consider the environment before printing"
    r"|think before you print|avant d.imprimer"
    r"|antes de imprimir|bitte denken sie an die umwelt)",
)
