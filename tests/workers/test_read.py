"""Telling languages offline."""
import subprocess
import sys

import pytest

from workers.deciding.language import guess_language


@pytest.mark.parametrize("text,code", [
    ("Where is my parcel? I ordered it two weeks ago and nothing has come.", "en"),
    ("Où est mon colis ? Je l'ai commandé il y a deux semaines.", "fr"),
    ("Wo ist mein Paket? Ich habe es vor zwei Wochen bestellt.", "de"),
    ("¿Dónde está mi paquete? Lo pedí hace dos semanas.", "es"),
    ("Waar is mijn pakket? Ik heb het twee weken geleden besteld.", "nl"),
])
def test_a_sentence_is_enough_to_tell_its_language(text: str, code: str) -> None:
    guess = guess_language(text)
    assert guess is not None
    assert guess[0] == code
    assert 0.7 <= guess[1] <= 1


@pytest.mark.parametrize("text", ["", "ok", "Mensch", "🎉🎉🎉", "4471 4471 4471 4471"])
def test_a_short_text_is_not_guessed(text: str) -> None:
    assert guess_language(text) is None


def test_the_model_is_loaded_on_first_use_only() -> None:
    code = "import sys, workers.deciding.language; sys.exit('py3langid' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
