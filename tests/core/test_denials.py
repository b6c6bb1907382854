"""Who says that an answer was none is heard in four languages; what only sounds like it is not."""
from __future__ import annotations

import pytest

from app.core.reading.requests import denies
from tests.core.tickets import WORDS, read

DENIALS = """
That is not what I asked.
No, that is not it
That's not what I asked
This isn't what I was asking.
That is not what I meant
You didn't answer my question
you did not read my message
I know that already, it has been three weeks
I already tried that.
I have already read the page
That didn't help.
That doesn't help me at all
That's the wrong page
My question is still not answered
You misunderstood me
I asked something else
That was not my question.
That's not an answer to my question.
it does not answer the question
Not what I asked for
Das war nicht meine Frage.
Das ist keine Antwort auf meine Frage
Danach habe ich nicht gefragt
Das habe ich nicht gefragt.
Das ist nicht das, was ich wissen wollte
Das hilft mir leider nicht weiter
Sie haben meine Frage nicht beantwortet
Das beantwortet meine Frage nicht.
Das weiß ich schon
Das habe ich schon versucht.
Nein, das ist es nicht
Ich hatte etwas anderes gefragt
Das war nicht, was ich gefragt habe
Sie haben mich falsch verstanden
Ce n'est pas ce que je demandais.
Ce n'est pas ma question
Ce n'était pas ma question
Vous ne répondez pas à ma question.
Vous n'avez pas répondu à ma question
Cela ne répond pas à ma question
Ça ne m'aide pas
Non, ce n'est pas ça.
Je le sais déjà
J'ai déjà essayé ça.
Vous m'avez mal compris
Je parlais d'autre chose
No es lo que pregunté.
Eso no es lo que pregunté
Esa no era mi pregunta
No responde a mi pregunta
No ha contestado a mi pregunta
Eso no me ayuda
No, eso no es.
No me ha entendido
Eso ya lo sé
Ya he probado eso
Pregunté otra cosa
No es eso
"""
OTHERS = """
That is not what I ordered, I ordered green boots.
Is it not waterproof?
The zip is not what it used to be
My parcel has not arrived. Where is it?
What do I do if the size does not fit?
The lamp doesn't fit in the box
Thanks, that helped a lot.
How do I answer the security question?
I haven't received an answer from the courier
I know that shipping takes five days. Does it take longer in December?
Do you answer questions on Sunday?
Does the discount apply to shoes?
I don't need the receipt. Can I still return them?
I have already paid. When will it ship?
I tried the code. It says invalid.
I did already pay for it
The router does not work
Is this the right page for returns?
Das ist nicht die Größe, die ich bestellt habe.
Das Paket ist nicht angekommen.
Die Jacke passt mir nicht. Wie schicke ich sie zurück?
Ich habe schon bezahlt. Wann wird geliefert?
Ich weiß nicht, wo mein Paket ist.
Hilft das Wachs auch bei Wildleder?
Kann ich etwas anderes bestellen?
Haben Sie meine Nachricht bekommen?
Ce n'est pas la couleur que j'ai commandée.
Je n'ai pas reçu mon colis.
J'ai déjà payé, quand sera-t-il livré ?
Je ne sais pas où est mon colis
Puis-je demander autre chose ?
Pas de réponse du transporteur
No es el color que pedí.
No he recibido mi pedido.
Ya he pagado, ¿cuándo llega?
No sé dónde está mi paquete
¿Puedo pedir otra cosa?
No me funciona el código
"""


def listed(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("text", listed(DENIALS))
def test_a_denial_is_heard(text: str) -> None:
    assert denies(text, WORDS)


@pytest.mark.parametrize("text", listed(OTHERS))
def test_what_only_sounds_like_one_is_none(text: str) -> None:
    assert not denies(text, WORDS)


def test_a_denial_in_any_message_of_the_turn_counts() -> None:
    assert read("That is not what I asked.", "I would like to know what the repair costs.").denies
    assert not read("What does the repair cost?").denies
