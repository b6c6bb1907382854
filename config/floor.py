"""The must-hand-off floor: the kinds of message that always reach a person, whatever policy, model or mode
say. Ordered by gravity.

A company adds phrases of its own to a class in its policy; it removes none. The class stands in the agents'
note and in the sealed text of the ledger alone, never in a tag, a metric or a log.
"""
from __future__ import annotations

from enum import StrEnum


class FloorClass(StrEnum):
    """Why a message must reach a person. Of two, the one that stands first here decides the words to the
    customer."""

    DANGER = "danger"  # to the writer or to others
    ABUSE = "abuse"  # or a vulnerable person
    INJURY = "injury"  # or danger by a product
    MINOR = "minor"  # a child is the customer, or is concerned
    ACCOUNT_TAKEN = "account_taken"  # or a payment the customer did not make
    DEATH = "death"
    SECURITY = "security"  # an incident, a leak, a hole in our own systems
    SENSITIVE = "sensitive"  # the message itself holds a card number, an ID, a password, health
    LEGAL = "legal"  # requests and threats
    PERSONAL_DATA = "personal_data"  # access, erasure, consent
    COMPLAINT_PERSON = "complaint_person"  # about a named person
    PRESS = "press"
    NO_AI = "no_ai"  # no machine on this ticket
