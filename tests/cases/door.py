"""The one door through which the cases reach the product: what a case may ask, whatever module answers it
today.

A case is a failing input with its right value, written by somebody who knows no module's name. When a module
moves, this page follows and no case changes; a name is never taken away.
"""
from __future__ import annotations

from app.core.reading import requests as wants
from app.core.reading.floor import parts_to_read
from app.core.reading.lexicon import listed_in_all
from app.core.reading.machines import is_automatic
from app.core.reading.mail import new_text
from app.core.writing.names import first_name
from app.store import schema
from app.store.database import DEFAULT_TENANT, Database
from app.store.queues import jobs
from config.wording import LANGUAGES, load_words
from connectors.clean import strip_hidden
from connectors.mailtext import lines_of
from connectors.records import Message, Person, Role
from demo.scenes import HELP_CENTRE
from tests.flow.desks import FRESH, Side, freshdesk_side, zendesk_side
from tests.flow.house import House, open_house
from tests.flow.on_freshdesk import open_freshdesk

__all__ = [
    "DEFAULT_TENANT",
    "FRESH",
    "HELP_CENTRE",
    "LANGUAGES",
    "Database",
    "House",
    "Message",
    "Person",
    "Role",
    "Side",
    "first_name",
    "freshdesk_side",
    "is_automatic",
    "jobs",
    "lines_of",
    "listed_in_all",
    "load_words",
    "new_text",
    "open_freshdesk",
    "open_house",
    "parts_to_read",
    "schema",
    "strip_hidden",
    "wants",
    "zendesk_side",
]
