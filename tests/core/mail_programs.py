"""Our words as mail programs quote them when a customer replies: made up for the tests, in the shapes of
these programs."""
from __future__ import annotations

ADDRESS = "help@larkfield.example"
OURS = (
    "Refunds reach your card 5-7 working days after the parcel is back.\n"
    "Could you tell us your order number?\n\n"
    "The Larkfield team"
)
MARKED = "\n".join(f"> {line}" if line else ">" for line in OURS.splitlines())

# {ours} stands for our words as they are, {marked} for our words with ">".
PROGRAMS = {
    "gmail web en": "On Mon, May 4, 2026 at 2:02 PM Larkfield <{address}> wrote:\n\n{marked}",
    "gmail wrapped": (
        "On Mon, May 4, 2026 at 2:02 PM Larkfield Outdoor Customer Care <\n{address}> wrote:\n"
        "\n{marked}"
    ),
    "gmail mobile": "On Mon, 4 May 2026, 14:02 Larkfield, <{address}> wrote:\n\n{marked}",
    "gmail pt": "Em seg., 4 de mai. de 2026 às 14:02, Larkfield <{address}>\nescreveu:\n\n{marked}",
    "gmail it": "Il giorno lun 4 mag 2026 alle ore 14:02 Larkfield <{address}> ha scritto:\n\n{marked}",
    "gmail nl": "Op ma 4 mei 2026 om 14:02 schreef Larkfield <{address}>:\n\n{marked}",
    "gmail pl": "pon., 4 maj 2026 o 14:02 Larkfield <{address}> napisał(a):\n\n{marked}",
    "gmail ru": "пн, 4 мая 2026 г. в 14:02, Larkfield <{address}>:\n\n{marked}",
    "gmail uk": "пн, 4 трав. 2026 р. о 14:02 Larkfield <{address}> пише:\n\n{marked}",
    "gmail ja": "2026年5月4日(月) 14:02 Larkfield <{address}>:\n\n{marked}",
    "gmail zh": "Larkfield <{address}> 于2026年5月4日周一 14:02写道：\n\n{marked}",
    "gmail ko": "2026년 5월 4일 (월) 오후 2:02, Larkfield <{address}>님이 작성:\n\n{marked}",
    "gmail tr": "Larkfield <{address}>, 4 May 2026 Pzt, 14:02 tarihinde şunu yazdı:\n\n{marked}",
    "gmail he": "‫בתאריך יום ב׳, 4 במאי 2026 ב-14:02 מאת ‪Larkfield‬‏ <‪{address}‬‏>:‬\n\n{marked}",
    "gmail ar": (
        "في الاثنين، 4 مايو 2026 في 2:02 م تمت كتابة ما يلي بواسطة Larkfield <{address}>:\n\n"
        "{marked}"
    ),
    "gmail fi": "ma 4. toukok. 2026 klo 14.02 Larkfield ({address}) kirjoitti:\n\n{marked}",
    "gmail sv": "Den mån 4 maj 2026 kl 14:02 skrev Larkfield <{address}>:\n\n{marked}",
    "gmail da": "Den man. 4. maj 2026 kl. 14.02 skrev Larkfield <{address}>:\n\n{marked}",
    "gmail no": "man. 4. mai 2026 kl. 14:02 skrev Larkfield <{address}>:\n\n{marked}",
    "gmail cs": "po 4. 5. 2026 v 14:02 odesílatel Larkfield <{address}> napsal:\n\n{marked}",
    "gmail hu": "Larkfield <{address}> ezt írta (időpont: 2026. máj. 4., H, 14:02):\n\n{marked}",
    "gmail ro": "Pe lun., 4 mai 2026 la 14:02, Larkfield <{address}> a scris:\n\n{marked}",
    "gmail el": (
        "Στις Δευ 4 Μαΐ 2026 στις 2:02 μ.μ., ο χρήστης Larkfield <{address}> έγραψε:\n\n"
        "{marked}"
    ),
    "gmail vi": "Vào Th 2, 4 thg 5, 2026 vào lúc 14:02 Larkfield <{address}> đã viết:\n\n{marked}",
    "gmail id": "Pada tanggal Sen, 4 Mei 2026 pukul 14.02 Larkfield <{address}> menulis:\n\n{marked}",
    "gmail th": "ในวันที่ จ. 4 พ.ค. 2026 เวลา 14:02 Larkfield <{address}> เขียนว่า:\n\n{marked}",
    "apple mail": "> On 4 May 2026, at 14:02, Larkfield <{address}> wrote:\n> \n{marked}",
    "apple de": "> Am 04.05.2026 um 14:02 schrieb Larkfield <{address}>:\n> \n{marked}",
    "apple unmarked": "On 4 May 2026, at 14:02, Larkfield <{address}> wrote:\n\n{ours}",
    "thunderbird en": "On 04/05/2026 14:02, Larkfield wrote:\n{marked}",
    "thunderbird fr": "Le 04/05/2026 à 14:02, Larkfield a écrit :\n{marked}",
    "thunderbird es": "El 4/5/26 a las 14:02, Larkfield escribió:\n{marked}",
    "thunderbird no date": "Larkfield wrote:\n{marked}",
    "yahoo en": (
        "    On Monday, May 4, 2026 at 02:02:11 PM GMT+1, Larkfield <{address}> wrote:  \n \n"
        " {ours}"
    ),
    "yahoo fr": (
        "    Le lundi 4 mai 2026 à 14:02:11 UTC+2, Larkfield <{address}> a écrit :  \n \n"
        " {ours}"
    ),
    "yahoo de": (
        "    Am Montag, 4. Mai 2026 um 14:02:11 MESZ hat Larkfield <{address}> Folgendes geschrieben:  \n"
        " \n {ours}"
    ),
    "yahoo mobile": (
        "Sent from Yahoo Mail on Android \n \n"
        "  On Mon, 4 May 2026 at 14:02, Larkfield<{address}> wrote:   {ours}"
    ),
    "outlook desktop": (
        "From: Larkfield <{address}>\nSent: Monday, May 4, 2026 2:02 PM\n"
        "To: Maya Okonkwo <maya@example.com>\nSubject: Re: refund\n\n{ours}"
    ),
    "outlook desktop bold": (
        "*From:* Larkfield <{address}>\n*Sent:* Monday, May 4, 2026 2:02 PM\n"
        "*To:* Maya Okonkwo\n*Subject:* Re: refund\n\n{ours}"
    ),
    "outlook web": (
        "________________________________\nFrom: Larkfield <{address}>\n"
        "Sent: Monday, May 4, 2026 2:02:11 PM\nTo: Maya Okonkwo <maya@example.com>\n"
        "Subject: Re: refund\n\n{ours}"
    ),
    "outlook mobile": (
        "Get Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\n"
        "From: Larkfield <{address}>\nSent: Monday, May 4, 2026 2:02:11 PM\n"
        "To: Maya <maya@example.com>\nSubject: Re: refund\n\n{ours}"
    ),
    "outlook android de": (
        "Outlook für Android<https://aka.ms/AAb9ysg> beziehen\n"
        "________________________________\nVon: Larkfield <{address}>\n"
        "Gesendet: Montag, 4. Mai 2026 14:02\nAn: Maya\nBetreff: AW: Erstattung\n\n{ours}"
    ),
    "outlook mac": (
        "From: Larkfield <{address}>\nDate: Monday, 4 May 2026 at 14:02\n"
        "To: Maya <maya@example.com>\nSubject: Re: refund\n{ours}"
    ),
    "outlook mac it": (
        "Da: Larkfield <{address}>\nData: lunedì 4 maggio 2026 alle ore 14:02\n"
        "A: Maya <maya@example.com>\nOggetto: Re: rimborso\n{ours}"
    ),
    "outlook old": (
        "-----Original Message-----\nFrom: Larkfield [mailto:{address}] \n"
        "Sent: 04 May 2026 14:02\nTo: Maya Okonkwo\nSubject: Re: refund\n\n{ours}"
    ),
    "outlook nl": (
        "Van: Larkfield <{address}>\nVerzonden: maandag 4 mei 2026 14:02\nAan: Maya\n"
        "Onderwerp: RE: terugbetaling\n\n{ours}"
    ),
    "outlook sv": (
        "Från: Larkfield <{address}>\nSkickat: den 4 maj 2026 14:02\nTill: Maya\n"
        "Ämne: SV: pengar\n\n{ours}"
    ),
    "outlook pl": (
        "Od: Larkfield <{address}>\nWysłano: poniedziałek, 4 maja 2026 14:02\nDo: Maya\n"
        "Temat: Odp: zwrot\n\n{ours}"
    ),
    "outlook ru": (
        "От: Larkfield <{address}>\nОтправлено: 4 мая 2026 г. 14:02\nКому: Maya\n"
        "Тема: Re: возврат\n\n{ours}"
    ),
    "outlook zh": "发件人: Larkfield <{address}>\n发送时间: 2026年5月4日 14:02\n收件人: Maya\n主题: Re: 退款\n\n{ours}",
    "outlook ar": (
        "من: Larkfield <{address}>\nتاريخ الإرسال: 4/مايو/2026 14:02\nإلى: Maya\n"
        "الموضوع: رد: استرداد\n\n{ours}"
    ),
    "outlook eu (basque)": (
        "Nork: Larkfield <{address}>\nBidalita: 2026(e)ko maiatzak 4 14:02\nNori: Maya\n"
        "Gaia: Re: x\n\n{ours}"
    ),
    "outlook ga": (
        "Ó: Larkfield <{address}>\nSeolta: 04 Bealtaine 2026 14:02\nChuig: Maya\nÁbhar: Re: x\n"
        "\n{ours}"
    ),
    "samsung": (
        "-------- Original message --------\nFrom: Larkfield <{address}> \n"
        "Date: 04/05/2026  14:02  (GMT+00:00) \nTo: Maya <maya@example.com> \n"
        "Subject: Re: refund \n\n{ours}"
    ),
    "samsung de": (
        "-------- Ursprüngliche Nachricht --------\nVon: Larkfield <{address}> \n"
        "Datum: 04.05.26  14:02  (GMT+01:00) \nAn: Maya <maya@example.com> \nBetreff: Re: x \n"
        "\n{ours}"
    ),
    "proton": (
        "------- Original Message -------\n"
        "On Monday, May 4th, 2026 at 2:02 PM, Larkfield <{address}> wrote:\n\n{marked}"
    ),
    "proton sent": (
        "Sent with [Proton Mail](https://proton.me/) secure email.\n\n"
        "On Monday, May 4th, 2026 at 2:02 PM, Larkfield <{address}> wrote:\n\n{marked}"
    ),
    "proton plain": (
        "Sent from Proton Mail for iOS.\n\n-------- Original Message --------\n"
        "On Monday, 05/04/26 at 14:02 Larkfield <{address}> wrote:\n\n{ours}"
    ),
    "gmx": (
        "Gesendet: Montag, 04. Mai 2026 um 14:02 Uhr\nVon: \"Larkfield\" <{address}>\n"
        "An: maya@example.com\nBetreff: Re: Erstattung\n\n{ours}"
    ),
    "gmx mobile": (
        "--\nDiese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.\n"
        "Am 04.05.26, 14:02 schrieb Larkfield <{address}>:\n\n{ours}"
    ),
    "web.de": (
        "Gesendet: Montag, 04. Mai 2026 um 14:02 Uhr\nVon: Larkfield <{address}>\n"
        "An: \"Maya Okonkwo\" <maya@web.example>\nBetreff: Aw: Erstattung\n{ours}"
    ),
    "orange.fr": (
        "> Message du 04/05/26 14:02\n> De : \"Larkfield\" <{address}>\n"
        "> A : maya@orange.example\n> Copie à : \n> Objet : Re: remboursement\n> \n{marked}"
    ),
    "free.fr zimbra": (
        "----- Mail original -----\nDe: \"Larkfield\" <{address}>\n"
        "À: \"Maya\" <maya@free.example>\nEnvoyé: Lundi 4 Mai 2026 14:02:11\n"
        "Objet: Re: remboursement\n\n{ours}"
    ),
    "laposte": (
        "De : Larkfield <{address}>\nDate : lundi 4 mai 2026 14:02\nA : maya@laposte.example\n"
        "Objet : Re: x\n\n{ours}"
    ),
    "lotus notes": (
        "From:   Larkfield <{address}>\nTo:     maya@example.com\nDate:   04/05/2026 14:02\n"
        "Subject:        Re: refund\n\n{ours}"
    ),
    "lotus notes wrote": "Larkfield <{address}> wrote on 04/05/2026 14:02:11:\n\n{marked}",
    "lotus notes wrote from": (
        "Larkfield <{address}> wrote on 04/05/2026 14:02:11:\n\n> From: Larkfield <{address}>\n"
        "> To: maya@example.com\n{marked}"
    ),
    "lotus de": (
        "Von:    Larkfield <{address}>\nAn:     maya@example.com\nDatum:  04.05.2026 14:02\n"
        "Betreff:        Re: x\n\n{ours}"
    ),
    "blackberry": (
        "Sent from my BlackBerry 10 smartphone.\nFrom: Larkfield\n"
        "Sent: Monday, 4 May 2026 14:02\nTo: Maya\nSubject: Re: refund\n\n{ours}"
    ),
    "blackberry old": (
        "Sent via BlackBerry from T-Mobile\n\n-----Original Message-----\n"
        "From: Larkfield <{address}>\nDate: Mon, 4 May 2026 14:02:11 \nTo: <maya@example.com>\n"
        "Subject: Re: refund\n\n{ours}"
    ),
    "zendesk": (
        "##- Please type your reply above this line -##\n\n"
        "Your request (4471) has been updated.\n\n{ours}"
    ),
    "freshdesk": "On Mon, 4 May at 2:02 PM , Larkfield <{address}> wrote:\n{marked}",
    "freshdesk 2": "On Mon, 4 May, 2026 at 2:02 PM, Larkfield <{address}> wrote:\n{ours}",
    "hubspot": "On Mon, May 4, 2026 at 2:02 PM, Larkfield Support<{address}> wrote:\n{ours}",
    "mail.ru": "Понедельник, 4 мая 2026, 14:02 +03:00 от Larkfield <{address}>:\n \n{marked}",
    "yandex": "04.05.2026, 14:02, \"Larkfield\" <{address}>:\n{marked}",
    "yandex new": (
        "----------------\nКому: maya@yandex.example;\nТема: возврат;\n"
        "04.05.2026, 14:02, \"Larkfield\" <{address}>:\n\n{ours}"
    ),
    "qq": (
        "------------------ 原始邮件 ------------------\n发件人: \"Larkfield\" <{address}>;\n"
        "发送时间: 2026年5月4日(星期一) 下午2:02\n收件人: \"Maya\"<maya@qq.example>;\n主题: Re: 退款\n\n{ours}"
    ),
    "163": "At 2026-05-04 14:02:11, \"Larkfield\" <{address}> wrote:\n{marked}",
    "163 zh": "在 2026-05-04 14:02:11，\"Larkfield\" <{address}> 写道：\n{marked}",
    "naver": (
        "-----Original Message-----\nFrom: \"Larkfield\"<{address}>\n"
        "To: \"Maya\"<maya@naver.example>;\nCc:\nSent: 2026-05-04 (월) 14:02:11 (GMT+09:00)\n"
        "Subject: Re: x\n\n{ours}"
    ),
    "aol": (
        "-----Original Message-----\nFrom: Larkfield <{address}>\nTo: maya@aol.example\n"
        "Sent: Mon, May 4, 2026 2:02 pm\nSubject: Re: refund\n\n{ours}"
    ),
    "icloud web": "On May 4, 2026, at 2:02 PM, Larkfield <{address}> wrote:\n\n{ours}",
    "spark": "On 4 May 2026 at 14:02 +0100, Larkfield <{address}>, wrote:\n{marked}",
    "airmail": "On 4 May 2026 at 14:02:11, Larkfield ({address}) wrote:\n\n{marked}",
    "windows mail": (
        "From: Larkfield\nSent: 04 May 2026 14:02\nTo: Maya Okonkwo\nSubject: Re: refund\n\n"
        "{ours}"
    ),
    "kmail": "On Monday, 4 May 2026 14:02:11 BST Larkfield wrote:\n{marked}",
    "mutt": "On Mon, May 04, 2026 at 02:02:11PM +0100, Larkfield wrote:\n{marked}",
    "roundcube": "On 2026-05-04 14:02, Larkfield wrote:\n\n{marked}",
    "roundcube de": "Am 2026-05-04 14:02, schrieb Larkfield:\n{marked}",
    "zoho": "---- On Mon, 04 May 2026 14:02:11 +0100 Larkfield <{address}> wrote ----\n\n{ours}",
    "zoho new": "---- On Mon, 04 May 2026 14:02:11 +0100  {address}  wrote ---\n\n{marked}",
    "claws": "On Mon, 4 May 2026 14:02:11 +0100\nLarkfield <{address}> wrote:\n\n{marked}",
    "bluemail": "On 4 May 2026, at 14:02, Larkfield <{address}> wrote:\n{ours}",
    "hey": "On May 4, 2026, Larkfield <{address}> wrote:\n{ours}",
    "fastmail": "On Mon, 4 May 2026, at 2:02 PM, Larkfield wrote:\n{marked}",
    "tutanota": "May 4, 2026, 14:02 by {address}:\n\n{marked}",
    "mailbird": "On 04/05/2026 14:02:11, Larkfield <{address}> wrote:\n{ours}",
    "t-online": (
        "-----Original-Nachricht-----\nBetreff: Re: Erstattung\n"
        "Datum: 2026-05-04T14:02:11+0200\nVon: \"Larkfield\" <{address}>\n"
        "An: \"maya@t-online.example\" <maya@t-online.example>\n\n{ours}"
    ),
    "posteo": "Am 04.05.2026 14:02 schrieb Larkfield:\n{marked}",
    "libero": "Il 4 maggio 2026 alle 14:02 Larkfield <{address}> ha scritto:\n\n{ours}",
    "ionos": "Larkfield <{address}> hat am 04.05.2026 14:02 CEST geschrieben:\n\n \n{ours}",
    "front/intercom": "On May 4, 2026, 2:02 PM GMT+1 {address} wrote:\n\n{ours}",
}


def quoted(program: str) -> str:
    """Our words as the program quotes them."""
    return PROGRAMS[program].format(ours=OURS, marked=MARKED, address=ADDRESS)
