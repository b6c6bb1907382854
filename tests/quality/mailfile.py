"""A raw mail in parts, as a desk takes it apart. Broken mails are read as far as they go."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr


@dataclass(frozen=True, slots=True)
class Mail:
    """`headers` have lower-case names and one line each, the first of equals; `text` and `html` are the first
    parts of their kind."""

    headers: Mapping[str, str]
    subject: str
    name: str
    address: str | None
    text: str
    html: str


def parsed(raw: str) -> Mail:
    message = message_from_bytes(raw.encode("utf-8", "replace"))
    headers: dict[str, str] = {}
    for name, value in message.items():
        headers.setdefault(name.lower(), " ".join(str(value).split()))
    name, address = parseaddr(_decoded(headers.get("from", "")))
    subject, text, html = (
        _decoded(headers.get("subject", "")),
        _part(message, "text/plain"),
        _part(message, "text/html"),
    )
    return Mail(headers, subject, name, address or None, text, html)


def _decoded(value: str) -> str:
    """An encoded word as text; one that cannot be decoded as it stands."""
    try:
        return str(make_header(decode_header(value)))
    except (LookupError, ValueError):
        return value


def _part(message: Message, kind: str) -> str:
    found = next((part for part in message.walk() if part.get_content_type() == kind), None)
    content = found.get_payload(decode=True) if found is not None else None
    if found is None or not isinstance(content, bytes):
        return ""
    try:
        return content.decode(found.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")
