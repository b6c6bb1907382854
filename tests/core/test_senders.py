"""What makes two messages one sender's and one text."""

from app.core.deciding.senders import said
from tests.pace import paces


def test_words_with_a_digit_make_no_other_text():
    one, two = (said("Zed@x.example", "Zed", f"Build a{n}f of branch main (#{n}) failed.") for n in (41, 427))
    assert one.text == two.text != ""
    assert one.spelt != two.spelt
    assert said("zed@x.example", "Zed", "Build of branch next failed").text != one.text


def test_a_text_without_letters_is_none():
    assert said("a@x.example", None, "4471").text == said("a@x.example", None, " ?! ").text == ""


def test_a_shape_is_the_address_and_the_name_without_digits():
    assert said("robot1@x.example", "Zed 1", "").shape == said("ROBOT22@x.example", "Zed 22", "").shape
    assert said("s1@x.example", "Ann", "").shape != said("s2@x.example", "Ben", "").shape


def test_only_a_long_number_in_an_address_counts_on():
    assert said("bounce-48123@x.example", None, "").counted
    assert not said("anna1984x@1234.example".replace("1984", "84"), None, "").counted


def test_the_subject_stands_in_front_whether_or_not_the_question_has_it():
    texts = {
        said("a@x.example", None, text, "Parcel 100").text
        for text in ("Parcel 100\n\nWhere is it?", "Where is it?", "PARCEL 100 Where is it?")
    }
    assert texts == {"parcel where is it?"}
    zips, poles = (said("a@x.example", None, "Please help", subject).text for subject in ("Zip", "Pole"))
    assert zips != poles


def test_a_megabyte_takes_no_time():
    assert paces(lambda: said("1" * 1_000_000, "1" * 1_000_000, "a1 " * 333_333), 10) < 10
