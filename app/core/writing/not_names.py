"""Words that stand in a desk's name field and are not a person's name, in the four shipped languages; and
titles that stand before one.

One list for all languages: a field's language is not the ticket's. Wide on purpose: where a surname is among
them ("Anna Bank"), the greeting goes without a name, which offends nobody.
"""
from __future__ import annotations

_ROLES = """
    noreply no-reply donotreply mailer-daemon postmaster support supporter supports admin admins
    administrator administrador administration administración info infos information informationen
    información sales team teams équipe equipo customer customers client clients clientes kunde kundin
    kunden cliente service services servicio servicios billing office offices büro buero bureau oficina
    contact contacts kontakt contacto user users benutzer nutzer utilisateur usuario guest gast invité
    invitado unknown unbekannt inconnu desconocido anonymous anonym anonyme anónimo test tester null none
    nobody undefined deleted daemon webmaster bot newsletter notification notifications system root
    hostmaster abuse help helpdesk hilfe aide ayuda hotline reception rezeption empfang réception recepción
    secretary sekretariat secrétariat secretariat secretaría assistant assistenz assistente asistente
    manager management director direktor directeur directrice directora direction dirección gerente gerencia
    geschäftsführer geschäftsführung geschäftsleitung leitung chef boss ceo cfo cto coo owner inhaber
    propriétaire propietario employee mitarbeiter mitarbeiterin employé empleado agent agente agents
    operator operador representative trainee intern praktikant azubi staff personnel personal member members
    mitglied membre miembro subscriber buyer käufer acheteur comprador seller verkäufer vendeur vendedor
    shopper passenger tenant mieter locataire resident occupant recipient recipients empfänger destinataire
    destinatario undisclosed sender absender expéditeur remitente everyone everybody all alle tous todos
    somebody someone friend freund ami amigo there hello hallo bonjour hola dear liebe lieber sehr cher
    chère estimado estimada valued madam sirs account accounts konto compte cuenta accounting buchhaltung
    comptabilité contabilidad bookkeeping payable receivable payables receivables finance finances finanzen
    finanzas payroll lohn treasury tax steuer steuern marketing communication communications kommunikation
    comunicación press presse prensa media advertising werbung publicité publicidad purchasing procurement
    purchase einkauf achats compras buying vertrieb verkauf ventes ventas commercial comercial export import
    logistics logistik logistique logística shipping versand expédition expedición envíos envios delivery
    lieferung livraison entrega warehouse lager entrepôt almacén depot dispatch orders order bestellung
    bestellungen commande commandes pedido pedidos invoice invoices rechnung rechnungen facture factures
    factura facturas facturation facturación payment payments zahlung zahlungen paiement paiements pago
    pagos refund refunds returns retouren retours devoluciones warranty garantie garantía repairs reparatur
    reparaturen sav quality qualität qualité calidad hr rh rrhh personalabteilung ressources recursos
    humanos humaines human resources careers jobs karriere bewerbung recruiting recruitment it edv
    informatique informática technik technical technique técnico engineering development entwicklung legal
    recht rechtsabteilung juridique jurídico compliance privacy datenschutz security sicherheit sécurité
    seguridad operations betrieb production produktion producción maintenance mantenimiento facilities
    hausverwaltung hausmeister department departments dept abteilung département departamento service-client
    desk counter front reservations reservation reservierung réservation reservas booking bookings events
    veranstaltungen club membership community feedback inquiries enquiries anfrage anfragen question
    questions frage message nachricht mensaje mail email e-mail mailbox inbox postfach post poste correo
    courriel web website webshop online shop store laden boutique tienda market markt marché mercado portal
    app update alert alerts reminder confirmation bestätigung receipt quittung
"""

_MORE_ROLES = """
    compta kasse caisse caja cashier notaría notaria notary notaire notar secretariado tesorería trésorerie
    treasurer kassenwart contentieux litigios inkasso mahnwesen recouvrement cobros collections audit
    auditoría revision planung planning planificación disposition dispo zentrale centralita standard
    switchboard accueil recepcion conciergerie concierge portier rezeptionist moderator editor redaktion
    rédaction redacción coach host hosting server service-clients atención posventa après-vente
    kundenbetreuung kundenberatung bestellhotline
"""

_COMPANIES = """
    gmbh ag kg ohg gbr ug ev mbh ltd limited inc llc llp plc corp corporation co sarl sas sasu sa sl slu srl
    spa bv nv oy ab aps pty gesmbh company companies firma firmen unternehmen betrieb société societe
    entreprise empresa compañía group gruppe groupe grupo holding holdings international global partners
    partner consulting beratung solutions systems technologies technology software digital studio studios
    agency agentur agence agencia institute institut instituto foundation stiftung fondation fundación
    association verein asociación verband union council committee university universität université
    universidad hochschule school schule école escuela colegio college academy akademie kindergarten kita
    hospital klinik klinikum krankenhaus clinic clinique clínica praxis practice kanzlei cabinet bufete
    notariat pharmacy apotheke pharmacie farmacia bank banque banco sparkasse versicherung insurance
    assurance seguros hotel restaurant café cafe bar bistro bäckerei metzgerei gasthaus gasthof pension
    hostel church kirche gemeinde stadt city town ville mairie rathaus ayuntamiento ministry ministerium
    ministère ministerio embassy botschaft police polizei policía immobilien properties museum library
    bibliothek theater bau handel import-export transport transports transportes spedition werkstatt garage
    autohaus atelier taller verlag zeitung newspaper radio family familie famille familia fam household
    haushalt ehepaar eheleute couple iphone ipad ipod macbook android galaxy samsung huawei pixel phone
    handy smartphone téléphone teléfono móvil movil portable mobile laptop computer ordinateur ordenador
    scanner printer drucker kopierer copier imprimante impresora fax tablet device gerät outlook gmail yahoo
    icloud hotmail whatsapp facebook instagram twitter telegram messenger google apple amazon ebay paypal
    microsoft
"""

# Two people in one field, or one with where they write from.
_JOINING = "and und et y e o or oder ou via from at bei chez für for pour para through sent"

# Nothing that begins with one of these is a given name; surnames do ("von Braun").
_BEFORE = """
    the a an our your my his her their this der die das den dem ein eine unser unsere ihr ihre mein meine le
    la les l un une notre votre nos vos mon ma mes el los las una nuestro nuestra su sus mi von van vom zu
    zum zur de del della di da do dos du des ten ter al st saint san santa sankt bint ibn re fw fwd aw wg tr
    to à
"""

_TITLES = """
    dr dra doctor doctora docteur docteure doktor drs prof professor professorin professeur professeure
    profesor profesora mr mrs ms miss mx mister missus herr frau fräulein hr fr monsieur madame mademoiselle
    m mme mlle sir dame rev reverend ing dipl dipl-ing mag maître me med dent vet phil rer nat jur iur
"""

# A title too, but what follows is a surname, two of them, or the "title" is the given name itself: nothing
# can be told.
_UNSURE = """
    sr sra srta sres señor señora señorita senor senora don doña dona lic arq lord lady baron baroness
    baronin count countess earl duke duchess graf gräfin freiherr frhr prince princess prinz prinzessin king
    queen könig königin father pater padre père mother sister soeur sœur brother frère hermano hermana rabbi
    imam pastor pfarrer abbé monseigneur mgr captain capt cpt sgt sergeant lieutenant lt colonel col general
    gen major admiral hauptmann oberst judge justice richter juge juez hon honourable senator president
    präsident président presidente minister ministre ministro mayor bürgermeister maire alcalde master madam
    mam
"""

NOBODY = frozenset((_ROLES + _MORE_ROLES + _COMPANIES).split())
JOINING = frozenset(_JOINING.split())
BEFORE = frozenset(_BEFORE.split())
TITLES = frozenset(_TITLES.split())
UNSURE_TITLES = frozenset(_UNSURE.split())
DEGREES = frozenset(
    "phd dphil md mba msc bsc ba ma llm llb dds dvm rn cpa jr sr ii iii iv esq mag dipl ing bed med".split()
)
