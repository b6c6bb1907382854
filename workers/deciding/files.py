"""Reading the text files of a customer's turn, within limits.

A file that cannot be read keeps nobody from an answer: that it was not read is told instead.
"""
from __future__ import annotations

from dataclasses import replace

import structlog

from connectors.errors import ConnectorError
from connectors.files import may_be_read, text_of
from connectors.records import File, Message, Role, Ticket
from workers.deciding.case import Case
from workers.work import Work

FILES_MAX = 3  # of one turn, the first ones of its newest messages; each is a call more to the desk
log = structlog.get_logger(__name__)


def with_files(work: Work, case: Case) -> Case:
    """The case with the words of the turn's small text files in their messages."""
    wanted = _wanted(case.ticket)
    if not wanted:
        return case
    desk = work.desk(case.desk)
    texts: dict[File, str] = {}
    for file in wanted:
        try:
            text = text_of(desk.file(file))
        except ConnectorError as error:
            log.info("an attachment was not read", desk=case.desk.id, status=error.status)
            continue
        if text is not None and text.strip():
            texts[file] = text
    messages = tuple(_filled(message, texts) for message in case.ticket.messages)
    return replace(case, ticket=replace(case.ticket, messages=messages))


def _wanted(ticket: Ticket) -> list[File]:
    """The files nobody has answered yet that may be read."""
    public = [m for m in ticket.messages if m.public]
    answered = max(
        (n for n, m in enumerate(public) if m.author.role in (Role.ASSISTANT, Role.AGENT)), default=-1
    )
    turn = [m for m in public[answered + 1:] if m.author.role is Role.CUSTOMER]
    return [file for message in reversed(turn) for file in message.files if may_be_read(file)][:FILES_MAX]


def _filled(message: Message, texts: dict[File, str]) -> Message:
    if not any(file in texts for file in message.files):
        return message
    return replace(message, files=tuple(replace(file, text=texts.get(file)) for file in message.files))
