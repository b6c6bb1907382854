"""Who is greeted by name. A wrong name offends, none does not: where one cannot tell, there is none."""
import pytest

from app.core.writing.names import first_name


@pytest.mark.parametrize(("field", "greeted"), [
    ("Dr. Anna Weber", "Anna"), ("Prof. Dr. Anna Weber", "Anna"), ("Dr. med. Anna Weber", "Anna"),
    ("Weber, Dr. Anna", "Anna"),
    ("Anna Weber, PhD", "Anna"), ("Mr John Smith", "John"), ("M. Jean Dupont", "Jean"), ("Mlle Claire Petit",
    "Claire"),
    ("Herr Jonas Brandt", "Jonas"), ("Sir Elton Marsh", "Elton"), ("John McDonald", "John"),
    ("Anna-Lena Kurz", "Anna-Lena"),
    ("Łukasz Nowak", "Łukasz"), ("Björn", "Björn"), ("DeShawn Jones", "DeShawn"), ("D'Angelo Brown",
    "D'Angelo"), ("Tjark", "Tjark"),
    ("Ángel Ruiz", "Ángel"), ("Владимир Петров", "Владимир"), ("Maria de la Cruz", "Maria"), ("Maya 🌸",
    "Maya"),
])
def test_a_person_is_greeted_by_their_first_name(field: str, greeted: str) -> None:
    assert first_name(field) == greeted


@pytest.mark.parametrize("field", [
    "Accounts", "Accounts Payable", "Info", "Support", "IT", "HR Department", "CEO", "The Smith Family",
    "Your Order", "Valued Customer",
    "Buchhaltung", "Kundendienst Müller", "Müller Kundendienst", "Personalabteilung", "Familie Huber",
    "Firma Huber", "Praxis Dr. Weber",
    "Rechnungswesen", "Kasse", "Compta", "Caja",
    "Comptabilité", "Service après-vente", "Famille Durand", "Mairie de Lyon", "Équipe Achats",
    "Contabilidad", "Atención al Cliente", "Familia García", "Ayuntamiento", "Recursos Humanos",
])
def test_a_role_a_firm_or_a_family_is_no_name(field: str) -> None:
    assert first_name(field) is None


@pytest.mark.parametrize("field", [
    "Doctor", "Doctor Smith", "Dr Weber", "Frau Dr. Weber", "Herr von Braun", "M. Dupont", "Docteur Martin",
    "Doctora García", "Lord Byron",
    "Sr. García López", "Prince", "Sgt Pepper",
])
def test_behind_a_title_alone_stands_a_surname(field: str) -> None:
    assert first_name(field) is None


@pytest.mark.parametrize("field", [
    "Anna und Max Weber", "Anna and Max", "Luc et Marie Petit", "Maya via Facebook", "Maya's iPhone",
    "iPhone von Maya",
    "jsmith", "Jsmith", "mdubois", "Hotel Adler", "von Braun", "Undisclosed recipients", "Re Order",
    "A B C D E F",
])
def test_two_people_a_device_or_an_address_are_no_name(field: str) -> None:
    assert first_name(field) is None


def test_the_part_before_the_at_sign_is_no_name() -> None:
    assert first_name("Dubois", "dubois@example.com") is None
    assert first_name("dubois", "dubois+shop@example.com") is None
    assert first_name("Maya Dubois", "maya@example.com") == "Maya"
