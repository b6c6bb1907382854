"""What ends a matter, what only says that it was read, and what does neither: sentences of our own, in the
four languages."""
from __future__ import annotations

import pytest

from app.core.reading import requests
from tests.core.tickets import WORDS
from tests.pace import paces

SETTLES = r"""
Thanks, that solved it. Best, Maya
Thank you!
Thank you so much for your help
Perfect, it works now. Thanks Maya
All sorted, you can close this.
Got it, thanks.
Hi Ben, the problem is solved. Many thanks
That did the trick, thank you very much. Kind regards, Maya Okonkwo
My issue is resolved now. Please close the ticket.
Great, that answered my question!
It works again, thanks for the quick reply
No further questions, thanks.
Found it, thank you
Thanks a lot, have a lovely weekend 😊
Thanks!\nMaya
Sorted, thank you!
Everything is fine now, thank you
My parcel arrived today, thank you
Problem gelöst, vielen Dank!
Das Paket ist angekommen, danke
Mon colis est arrivé, merci
J'ai reçu mon remboursement, merci beaucoup
Ya me llegó el paquete, gracias
Merci, c'est réglé.
Merci beaucoup !
Bonjour, tout fonctionne maintenant, merci pour votre aide.
Le problème est résolu, merci. Cordialement, Claire
C'est parfait, vous pouvez fermer le ticket.
Danke, hat geklappt!
Vielen Dank für die schnelle Hilfe
Hallo, das Problem ist gelöst. Viele Grüße, Jana
Super, jetzt funktioniert es wieder. Danke!
Hat sich erledigt, Sie können das Ticket schließen.
Gracias, ya está solucionado.
Muchas gracias
Hola, ya funciona todo. Un saludo, Pablo
El problema está resuelto, muchas gracias por su ayuda
"""
NODS = """
👍
👍🏽
❤️
🙏 😊
ok
OK.
Noted
Ok, noted.
Understood
Got it
Will do
Sure, I'll try that now.
Sounds good
Thanks for letting me know
Thanks, I'll do that
You're welcome
You're welcome, have a nice day
No worries!
Thanks for the quick reply
Thank you for your prompt response. Best regards, Maya
ok thanks, I will try that and come back to you
Maya reacted to your message: 👍
Maya Okonkwo reacted via Gmail
👍 Maya Okonkwo reacted via Gmail https://www.google.com/gmail/about/
D'accord
Bien noté, merci pour votre réponse rapide.
De rien, bonne journée !
Je vais essayer
Maya a réagi à votre message : 👍
Alles klar
Verstanden, danke für die schnelle Antwort!
Gern geschehen
Mache ich
Maya hat auf Ihre Nachricht reagiert
Vale
Entendido, gracias por su respuesta
De nada, igualmente
Maya ha reaccionado a tu mensaje
"""
NEITHER = """
It worked for one day
I thought this was solved. It's back.
Solved, but the zip is still torn
Thanks, that solved it. How do I wax them?
Thanks, that solved it. And my tent pole is broken
Thanks for nothing
That did not help.
ok, and my refund?
Ok. When does it ship
Thanks, I returned parcel 4471
ok 2
Got it. Now where is my parcel
Noted. Please cancel my order
Ok, the tent is green
Help
Thanks 😡
👎
🤔
Thanks. I am waiting for my refund
Yes
No
A
The problem is solved for my brother, mine goes on
This was solved last year
My parcel arrived damaged
My parcel arrived today, the box is empty
Das Paket ist angekommen, leer
Super, schon wieder kaputt
Great, another delay
Fine, I will go to my lawyer
ok then cancel it
Do that
Merci, mais le colis n'est pas arrivé.
D'accord. Où est mon colis
C'était réglé la semaine dernière
Ça a marché une journée
Merci, j'attends toujours mon remboursement
Danke, aber es ist noch nicht geklärt.
Hat nur einen Tag funktioniert
Ok, wann kommt mein Paket
Alles klar, bitte stornieren Sie die Bestellung
Danke, die Rechnung fehlt
Gracias, pero sigue sin funcionar.
Funcionó un día
Vale, quiero cancelar el pedido
Ya estaba resuelto y ha vuelto
Where is my parcel
Maya
"""


def lines(block: str) -> list[str]:
    return [line.replace("\\n", "\n") for line in block.strip().splitlines()]


@pytest.mark.parametrize("text", lines(SETTLES))
def test_settled_and_nothing_else_is_settled(text: str) -> None:
    assert requests.settles(text, WORDS)


@pytest.mark.parametrize("text", lines(NODS))
def test_a_nod_is_told_apart(text: str) -> None:
    assert requests.acknowledges(text, WORDS)
    assert not requests.settles(text, WORDS)


@pytest.mark.parametrize("text", lines(NEITHER))
def test_whatever_else_is_said_ends_nothing(text: str) -> None:
    assert not requests.settles(text, WORDS)
    assert not requests.acknowledges(text, WORDS)


def test_a_writers_name_is_a_name_wherever_it_stands() -> None:
    assert not requests.settles("thanks, that solved it. maya", WORDS)
    assert requests.settles("thanks, that solved it. maya", WORDS, ("Maya Okonkwo",))


@pytest.mark.parametrize("unit", ["ok ", "Thanks Maya ", "👍", "Maya\n", "https://x.example/ ",
"reacted to "])
def test_a_long_message_takes_no_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    assert paces(lambda: (requests.settles(text, WORDS), requests.acknowledges(text, WORDS)), 20) < 20
