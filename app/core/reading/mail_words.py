"""Words that tell the lines of a mail apart, folded in case: labels of header blocks and of forms, and what
is not a name."""
from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())


# The header block that mail programs copy above a quote, in the languages they do: label by label.
FROM_LABELS = _words(
    "from de von da van fra från od lähettäjä expéditeur absender remitente mittente afzender avsender "
    "afsender nadawca odesílatel odosielateľ "
    "feladó expeditor gönderen kimden от від отправитель відправник από מאת من از 发件人 寄件者 寄件人 差出人 送信者 보낸사람 "
    "จาก từ dari "
    "šalje pošiljatelj pošiljalac saatja nuo frá प्रेषक"
)
SENT_LABELS = _words(
    "sent date envoyé envoyée gesendet datum enviado enviada enviat fecha inviato data verzonden sendt "
    "skickat dato wysłano lähetetty päivä "
    "päiväys päivämäärä odesláno odoslané dátum elküldve trimis trimisă gönderildi tarih отправлено дата "
    "надіслано изпратено στάλθηκε ημερομηνία "
    "εστάλη נשלח תאריך تاریخ التاريخ أرسل 发送时间 發送時間 寄件日期 日期 时间 送信日時 日時 日付 보낸날짜 날짜 ส่งเมื่อ วันที่ gửi ngày "
    "dikirim "
    "tanggal poslano saadetud kuupäev nosūtīts datums išsiųsta sent:date दिनांक dagsetning"
)
TO_LABELS = _words(
    "to à a an para aan til till do vastaanottaja til: destinataire empfänger destinatario per komu "
    "címzett către kime alıcı кому до получатель προς "
    "אל إلى به 收件人 收件者 宛先 받는사람 수신 ถึง đến tới kepada za prima saaja kellele kam kam: kas skirta प्रति "
    "ontvanger"
)
SUBJECT_LABELS = _words(
    "subject objet sujet betreff asunto assunto assumpte oggetto onderwerp emne ämne temat tytuł aihe "
    "předmět predmet tárgy subiect konu тема "
    "относно θέμα נושא الموضوع موضوع 主题 主旨 主題 标题 件名 제목 เรื่อง หัวเรื่อง chủđề tiêuđề subjek perihal naslov "
    "predmet: teema "
    "temats tema विषय efni re"
)
OTHER_LABELS = _words(
    "cc bcc kopie copie kopia kopio cópia copia reply-to antwort antworten replyto importance priority "
    "priorité wichtigkeit priorität "
    "attachments anlagen anhänge anlage piècesjointes bijlagen 抄送 副本 참조 копия копія másolat bilgi kopi"
)
# Labels of forms people fill in, and of what shops send: with one of them a run of "label: value" is not a mail
# program's.
FORM_WORDS = _words(
    "e-mail email mail mails courriel correo phone telephone tel telefon téléphone teléfono telefono "
    "mobile handy mobil fax order orders commande "
    "bestellung bestellnummer bestelnummer pedido ordine zamówienie name nom nombre naam imię vorname "
    "nachname prénom apellido address adresse "
    "dirección indirizzo adres company firma société empresa product produkt produit producto prodotto "
    "article artikel artículo articolo item size "
    "größe grösse taille talla taglia model modell modèle modelo serial colour color farbe couleur "
    "quantity menge quantité cantidad price preis prix "
    "precio number nummer numéro número nr no. iban account konto compte cuenta kundennummer message "
    "nachricht mensaje messaggio reason grund motif "
    "motivo problem problème problema issue question frage pregunta delivery lieferung livraison entrega "
    "invoice rechnung facture factura "
    "tracking parcel paket colis paquete website url link customer kunde client cliente refund amount "
    "betrag montant importe "
    "booking reservation flight passengers guests arrival departure check-in check-out status version "
    "browser device"
)
# No names, though they stand alone on a line with a capital.
NO_NAME = _words(
    "please help refund refunds cancel call urgent asap stop yes no ok okay not now never again person "
    "human agent operator somebody someone "
    "representative manager supervisor complaint order return exchange replacement money back reply answer "
    "bitte hilfe mensch mitarbeiter "
    "stornieren erstattung sofort dringend nein ja personne humain conseiller aide urgente remboursement "
    "annuler oui non persona humano "
    "agente ayuda reembolso cancelar sí the this that it is my where when what why how and or but do don't "
    "send ship deliver keep"
)
PARTICLES = _words(
    "von van de der den da di du la le el al bin ibn y e dos das del della ter ten zu zur und and & of op 't"
)
