"""Everything about Freshdesk that is unverified, or that a test wants different: one object, readable and
settable by the control API."""
from __future__ import annotations

from dataclasses import dataclass

from connectors.sandbox.switches import SwitchBoard


@dataclass(slots=True)
class Switches(SwitchBoard):
    """Defaults are our best reading of Freshdesk's documents. Seconds are of the sandbox's own clock unless a
    comment says otherwise."""

    # Deliveries
    wrap_simple_content: bool = True  # F2: the simple layout's fields stand in {"freshdesk_webhook": …}
    deliveries_per_hour: int = 1000  # F3
    deliveries_use_budget: bool = True  # F3: each one is a call of the desk's own limit
    retry_variant: str = "A"  # F4: A is after 5, 30 and 60 minutes; B every 30 minutes, 48 times
    delivery_timeout: float = 10.0  # real seconds: the receiver is a real server
    # Writing
    unchanged_refused: bool = True  # F9: a value the ticket already has is a 400
    tags_overwrite: bool = True  # F9: else new tags are added
    closed_reply: str = "reopen"  # F19: reopen | keep | refuse
    expand_placeholders: bool = False  # F20
    # body_text: samples show blocks run together with blanks; true keeps line ends
    text_keeps_lines: bool = False
    assistant_reply_counts: bool = True  # F24: a reply by the API stops the first-response clock
    rating_words: bool = False  # F16: words where the samples have numbers
    # What connect installs
    fields_by_api: bool = True  # F21: /admin/ticket_fields exists; else 404
    # F21: headers of a rule's webhook action are kept; else dropped without a word
    webhook_headers_by_api: bool = True
    # F6: a new rule takes the place it asks for, the others move down; else it is the last
    rules_by_position: bool = True
    # F23: the e-mail notification of a new ticket, which no API shows and no tag stops
    creation_notification: bool = False
    # Limits
    plan_per_minute: int = 700  # trial 50, Growth 200, Pro 400, Enterprise 700
    # F14: sub-limits, which strike while much of the plan is left; 0 switches one off
    creates_per_minute: int = 280
    updates_per_minute: int = 280
    lists_per_minute: int = 200
    float_rate_totals: bool = False  # F14: "700.0"
    # Reading
    search_lag: float = 0.0  # F13
