"""Sentences of customers, written by us: those that ask for a person, and those that only look like it."""

ASKS = """
Is it possible for me to speak with somebody on your team?
hi can i tlak to a real preson please
HUMAN PLEASE
I need a human being to look at this.
Could you have a member of your support team contact me?
Get me your supervisor.
I'm not getting anywhere with this assistant.
Would a real employee mind having a look?
Who do I need to bother to get an actual reply?
I would appreciate a call back from somebody in repairs.
Transfer me to billing please.
I've had quite enough of automated replies.
Kindly forward my complaint to your manager.
You keep telling me the same thing. I want to deal with a person.
Why can't I just speak to somebody?
No offence, but I'd prefer a person to handle this.
Please let someone from the warranty department decide.
What number do I ring to speak with a human?
I demand to be connected with a representative right now
there must be someone I can email who isn't a bot
Can I have a word with the person in charge?
I'd like my case reviewed by a human.
ok this isn't working, agent
can a grown up take over please
I don't want help pages, I want somebody to sort this out
Do you employ any humans?
Speak to a represenative
I want to make a formal complaint to someone higher up.
This bot is useless, get me someone who understands English.
Please don't send another automated answer, I need a person.
I am asking you for the third time to let a human read this.
could one of the staff please check my order by hand
J'aimerais avoir quelqu'un au téléphone.
Je souhaite être mis en relation avec un conseiller.
Passez-moi votre supérieur.
Vos réponses automatiques ne servent à rien, je veux un vrai interlocuteur.
Est-il possible de parler à quelqu'un ?
Une vraie personne, svp
Je refuse de discuter avec un robot.
Quelqu'un de chez vous peut-il regarder mon dossier ?
Merci de me rappeler au 06 12 34 56 78.
Pouvez-vous transférer ma demande à un humain ?
Il n'y a donc personne qui lit ces mails ?
je veu parler a un conseillé
Kann ich mit jemandem aus dem Support reden?
Bitte leiten Sie mich an einen Mitarbeiter weiter.
Ich möchte eine echte Person!
Gibt es bei Ihnen keinen Menschen, der das lesen kann?
Ich bitte um Rückruf unter 0151 2345678.
Ihr Bot versteht mich nicht.
Holen Sie bitte Ihren Chef.
Ich will nicht mit einem Computer schreiben.
Könnte sich das bitte ein Kollege anschauen?
Wann meldet sich endlich ein Mensch bei mir?
Bitte keine automatischen Antworten mehr, ich brauche einen Ansprechpartner.
mitarbeter bitte
Quisiera que me atendiera una persona de verdad.
¿Podría hablar con un encargado?
Pásenme con un humano, por favor.
Estoy harta de respuestas automáticas.
No quiero hablar con un robot.
Necesito que alguien de su equipo revise mi caso.
¿Me puede llamar alguien?
¿Con quién tengo que hablar para que me solucionen esto?
Atención humana por favor
Quiero poner una reclamación a su superior.
agente humano
¿Es que no hay nadie ahí?
Please put a human on this.
I'd like to discuss my claim with one of your repair people.
Honestly, is there a person I can phone?
I will only talk to a manager.
Who runs this place?
You have misunderstood me twice now. Someone with common sense please.
Could I get a real answer from a real person
Don't give me another link. I want to be helped by a human.
pls connect me w/ live suport agent
Can you pass me over to your colleagues?
My mother is 84 and needs to talk to somebody, not a website.
Your answer misses the point entirely. Let somebody else have a go.
Is it too much to ask that an employee answers me?
This needs a human decision.
Can I speak to Sarah again?
Je préférerais avoir affaire à un être humain.
Donnez-moi le numéro d'un responsable.
Est-ce qu'un conseiller pourrait me contacter ?
Votre robot ne comprend rien.
J'exige une réponse d'un humain.
Qui puis-je contacter pour parler de vive voix ?
Pourrais-je parler au gérant ?
Holen Sie mir einen Menschen ans Telefon.
Kann ich einen Mitarbeiter sprechen?
Ich erwarte eine Antwort von einem Menschen.
Bitte nicht wieder der Bot!
Wer ist denn hier der Chef?
Ich hätte gern mit Ihrem Kollegen von letzter Woche gesprochen.
¿Puedo hablar con alguien que me entienda?
Necesito un agente humano ya.
Me gustaría que un humano leyera mi mensaje.
Esto lo tiene que decidir una persona.
Basta de bots.
¿Por qué no me contesta una persona?
“human”
„Mensch“
‚Mensch‘
«humain»
« une personne »
‹humano›
"persona"
'agent'
`agent`
''operator''
*person*
[human]
(person)
I typed 'human' twice, now again: 'human'
I said 'agent'.
reply person
Reply: HUMAN
answer person
type human
REPLY AGENT please
respond human
send person
option human
I want to complain to a person
I'd like to complain to someone
Let me complain to a human about this
how do i complain to a real person
I want to file a complaint with a person
I'd rather explain this to a person
can I report this to a person
2 talk 2 a person
i need 2 talk 2 a person
wanna talk 2 some1
how do i get 2 speak 2 a human
pls let me talk 2 sum1 real
can i tlk 2 an agent
need 2 speak w/ ur manager
speak2human
PERSON - this is ridiculous
HUMAN — this is the third time
This is ridiculous - person
Where is my parcel? - agent please
Human, this is going nowhere
I want a "person", not a "bot"
I want to speak to a 'person'
connect me to a "human" please
répondre humain
Réponse : personne
réponds "humain"
taper humain
Je veux me plaindre auprès d'une personne
Je souhaite me plaindre à quelqu'un
j'aimerais expliquer mon cas à une personne
je veux parlé a un humain
parler a qqn svp
je ve parler a kelkun
HUMAIN - c'est ridicule
C'est ridicule - un humain
‘conseiller’
Je veux parler à une « personne »
Puis-je porter plainte auprès d'un responsable ?
antworten mensch
Antwort: Mensch
tippe "Mensch"
"Mitarbeiter"
‘Mitarbeiter’
›Mensch‹
Ich will mich bei einem Menschen beschweren
Ich möchte mich bei jemandem beschweren
Ich würde das lieber einer Person erklären
will mit nem menschen reden
mit jmd reden bitte
kann ich ma mit jmdm sprechen
MENSCH - das ist doch lächerlich
Das ist lächerlich - Mitarbeiter bitte
Ich will mit einem „Menschen“ sprechen
responder persona
Respuesta: humano
escribo "humano"
‘agente’
Quiero quejarme con una persona
Quiero quejarme ante alguien
Prefiero explicárselo a una persona
kiero hablar con una persona
quiero ablar con alguien
hablar con 1 persona xfa
PERSONA - esto es ridículo
Esto es ridículo - una persona
Quiero hablar con una «persona»
quiero poner una queja con un encargado
How could I talk wih an assistant
tal kto a person pls
i want to talkwith an agent
can i contact an perator
Get me a damn human
writing person again
person/agent
gib mir nen menschen
""".strip().splitlines()

DOES_NOT_ASK = """
How many people can sleep in the Curlew?
Does the jacket suit a tall person?
Can I collect it for another person?
Is the help page right that returns take 30 days?
Could you call the courier and ask where my parcel is?
My wife spoke to one of your agents last week, what did they agree?
No need for a call back, just tell me the price.
I don't need to talk to anyone, just send the label.
Do you have a shop with staff who speak French?
Someone else signed for my parcel, what now?
Does anybody read the size chart the same way? Mine is confusing.
Is the customer service open on Sundays?
Can the rucksack be used as a person carrier?
What happens if nobody is at home?
I want a person-sized drybag.
The agent field on the form is empty, what do I fill in?
Can you tell me who makes the zips?
Please contact the bank about my refund.
I work for a travel agency, do we get a discount?
Are you open on bank holidays?
Is this tent made by machine or by hand?
Can I put the jacket in the washing machine?
Thanks for the human touch in your last letter!
Does your software store my card?
Combien de personnes dans la tente Heron ?
Le lavage en machine est-il possible ?
Est-ce que quelqu'un doit signer à la livraison ?
Puis-je faire livrer chez une autre personne ?
Je n'ai pas besoin de parler à quelqu'un, envoyez-moi juste l'étiquette.
Le service client est-il ouvert le dimanche ?
Kann ich die Jacke in der Maschine waschen?
Passt das Zelt für vier Menschen?
Mein Kollege hat das gleiche Paar, wo ist der Unterschied?
Ich brauche keinen Rückruf, eine Mail reicht.
Muss jemand unterschreiben?
Hat der Kundenservice am Sonntag geöffnet?
¿Se puede lavar a máquina?
¿Cuántas personas caben?
No hace falta que me llamen, ¿cuándo llega el paquete?
¿Puede recogerlo alguien en mi lugar?
Mi jefe compró lo mismo, ¿hay descuento para empresas?
¿El servicio de atención al cliente abre el domingo?
Would the tent fit a family of five people?
Which of your agents stocks the boots in Dublin?
Is anyone allowed to use my discount code?
I need a bag for someone who is two metres tall.
Do you need to see me in person for the foot scan?
Did somebody sign for the delivery?
Is there a machine wash programme for down?
I wrote to you yesterday about the zip, any news?
Please tell the courier to call at number 12.
No need to reply.
Do I need an account manager to order for my company?
How do I contact my bank to stop the payment?
Can my daughter, who is on my account, return the shoes?
Faut-il une deuxième personne pour monter la tente ?
Où puis-je contacter le transporteur ?
Ma sœur a parlé avec votre vendeuse, la veste est-elle réservée ?
Le bot de mon fils est troué, pouvez-vous le réparer ?
Braucht man zum Aufbau eine zweite Person?
Kann meine Frau das Paket annehmen?
Ihr Mitarbeiter hat mir gestern geholfen, danke! Wann kommt das Paket?
¿Hace falta otra persona para montar la tienda?
¿Pueden enviar el paquete a casa de un vecino?
La persona de la tienda fue muy amable.
¿Cómo contacto con el transportista?
Is this a representative sample of the fabric?
Could you send a representative photo of the colour?
Is the size chart representative of the fit?
Do you give an employee discount?
Where is the operator manual for the stove?
Is there an agent code for trade orders?
I bought 2 jackets, can I return 2?
Is the 2 person tent in stock?
I need a 2 person tent
My reply to the courier was lost
I complained to the courier already, where is my parcel?
Which cleaning agent should I use?
My manager ordered it, can I change the address?
The person who signed is not me
'Curlew' tent: how long are the poles?
The label says "agent", what is that?
The form asks for a 'contact person', what do I enter?
Is a supervisor password needed for the app?
The jacket's 'human' print is peeling, can I return it?
Pouvez-vous me conseiller une taille ?
Je voudrais me faire conseiller sur la taille
Je voudrais un conseil sur la taille
Qui est responsable de la douane ?
Le produit contient-il un agent nettoyant ?
Est-ce un échantillon représentatif ?
La tente est pour combien de "personnes" ?
Le champ « personne à contacter » est vide
J'ai parlé à un conseiller hier, il m'a promis un remboursement
Personne n'était à la maison
Que mettre dans le champ 'agent' ?
Ist das ein repräsentatives Muster?
Gibt es Mitarbeiterrabatt?
Mensch, das ging ja schnell, danke!
Menschenskind, wann kommt mein Paket?
Passt das Zelt für 2 Personen?
Das Feld „Ansprechpartner“ ist leer, was trage ich ein?
Ich habe mich beim Fahrer beschwert, was nun?
Ich habe gestern mit einem Mitarbeiter gesprochen, wann kommt die Jacke?
Wer ist für den Zoll zuständig?
Kann mein Kollege das Paket annehmen?
¿Es una muestra representativa?
¿Quién es responsable de la aduana?
¿La tienda es para 2 personas?
El campo "persona de contacto" está vacío, ¿qué pongo?
Me quejé al transportista, ¿dónde está mi paquete?
Ayer hablé con un agente y me dijo que llegaba hoy
¿Puede asesorarme sobre la talla?
¿Qué agente limpiador uso?
Una persona mayor puede usar la mochila?
What do you call me in your files?
Customer service - where is my order?
Service client - où est mon colis ?
""".strip().splitlines()
