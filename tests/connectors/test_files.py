"""Which attachments may be read, and what their bytes say."""
from __future__ import annotations

import pytest

from connectors.files import FILE_MAX, may_be_read, text_of
from connectors.records import File, Message, Person, Role

URL = "https://acme.zendesk.com/attachments/token/1/"


@pytest.mark.parametrize("file", [
    File("a.txt", "text/plain", 10, URL), File("a.csv", "text/csv", FILE_MAX, URL), File("server.LOG",
    "application/octet-stream", 10, URL),
    File("a.csv", "application/vnd.ms-excel", 10, URL), File("letter", "text/plain", 1, URL),
])
def test_small_texts_may_be_read(file: File) -> None:
    assert may_be_read(file)


@pytest.mark.parametrize("file", [
    File("a.txt", "text/plain", FILE_MAX + 1, URL), File("a.txt", "text/plain", None, URL), File("a.txt",
    "text/plain", 0, URL),
    File("a.txt", "text/plain", 10, ""), File("a.txt", "image/png", 10, URL), File("a.html", "text/html", 10,
    URL),
    File("a.exe", "application/octet-stream", 10, URL), File("invite.ics", "text/calendar", 10, URL),
])
def test_everything_else_may_not(file: File) -> None:
    assert not may_be_read(file)


@pytest.mark.parametrize(("body", "text"), [
    ("Größe 42 · €5".encode(), "Größe 42 · €5"), (b"\xef\xbb\xbfa,b", "a,b"), ("für".encode("utf-16"), "für"),
    (b"\xfe\xff" + "für".encode("utf-16-be"), "für"), ("für".encode("latin-1"), "für"), (b"a\r\nb\rc",
    "a\nb\nc"),
])
def test_bytes_become_the_text_they_are(body: bytes, text: str) -> None:
    assert text_of(body) == text


@pytest.mark.parametrize("body", [
    b"", b"MZ\x00\x01", b"\x89PNG\r\n\x1a\n\x00", b"a" * (FILE_MAX + 1), b"\xff\xfe\x00",
    b"caf\xe9 \x07\x1b[0m",
])
def test_what_is_no_text_says_nothing(body: bytes) -> None:
    assert text_of(body) is None


def test_no_character_that_cannot_be_kept_comes_in() -> None:
    assert text_of("a\ufdd0b".encode()) == "a\ufffdb"


def test_places_in_a_message_count_through_its_files() -> None:
    files = (File("p.jpg"), File("a.txt", text="one"), File("b.txt", text="two"))
    message = Message("1", Person("c", Role.CUSTOMER, "Maya"), 0, True, "Hello", files=files)
    assert [message.whole[start:start + len(text)] for start, text in message.read_files] == ["one", "two"]
    assert message.whole == "Hello\n\none\n\ntwo"
