"""Which messages are searched together with the question before them."""
import pytest

from app.core.reading.follow_up import leans_on_earlier
from tests.core.tickets import WORDS


@pytest.mark.parametrize(("language", "question"), [
    ("en", "Does that apply to sale items too?"), ("en", "And in Germany?"), ("en", "how long does it take"),
    ("en", "What about the blue ones?"), ("en", "Can I change it instead?"),
    ("fr", "Et pour la Suisse ?"), ("fr", "Est-ce que je peux le renvoyer ?"), ("fr",
    "Combien de temps cela prend ?"),
    ("fr", "Et si la boîte est ouverte ?"), ("fr", "Celui-ci aussi ?"),
    ("de", "Und nach Österreich?"), ("de", "Wie lange dauert das?"), ("de", "Gilt das auch für Gutscheine?"),
    ("de", "Kann ich sie auch umtauschen?"), ("de", "Was ist mit den blauen?"),
    ("es", "¿Y a Canarias?"), ("es", "¿Puedo devolverlo?"), ("es", "¿Cuánto tarda eso?"), ("es",
    "¿Y si está abierto?"),
    ("es", "¿Vale lo mismo para los bonos?"),
])
def test_a_short_question_that_points_back_leans_on_the_one_before(language: str, question: str) -> None:
    assert leans_on_earlier(question, language, WORDS)


@pytest.mark.parametrize(("language", "message"), [
    ("en", "One more thing, is that tent pole covered?"), ("en", "Another question: is it open on Sunday?"),
    ("en", "By the way, do you sell them in Dublin?"), ("en", "I have a separate issue, can you look at it?"),
    ("fr", "Autre question : est-ce que le magasin est ouvert "
           "?"), ("fr", "Encore une question, c'est ouvert le dimanche ?"),
    ("fr", "Au fait, vous les vendez à Lyon ?"), ("fr", "Rien à voir, mais est-ce que cela existe en rouge "
                                                        "?"),
    ("de", "Noch eine Frage: ist das Zelt auch wasserdicht?"), ("de", "Übrigens, gibt es sie in Köln?"),
    ("de", "Andere Sache: wie ist das mit dem "
           "Newsletter?"), ("de", "Und eine Frage noch, habt ihr das in Rot?"),
    ("es", "Otra pregunta: ¿está abierto el domingo?"), ("es", "Una cosa más, ¿y esa tienda?"),
    ("es", "Por cierto, ¿los venden en Madrid?"), ("es", "Cambiando de tema, ¿lo tienen en rojo?"),
])
def test_another_matter_leans_on_nothing(language: str, message: str) -> None:
    assert not leans_on_earlier(message, language, WORDS)


@pytest.mark.parametrize(("language", "message"), [
    ("en", "It arrived, and it is blue."), ("fr", "Cela marche."), ("de", "Das ist schade."), ("es",
    "Eso me gusta."),
    ("en", "Is my order 4471 shipped?"), ("de", "Wann kommt mein Paket?"), ("nl", "En dat dan?"),
    ("en", "Does it matter that I bought the tent in your Leeds shop and have no receipt for it any more?"),
])
def test_no_question_or_one_that_stands_by_itself_leans_on_nothing(language: str, message: str) -> None:
    assert not leans_on_earlier(message, language, WORDS)
