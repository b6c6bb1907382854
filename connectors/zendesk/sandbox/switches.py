"""Everything about Zendesk that is unverified, or that a test wants different: one object, readable and
settable by the control API."""
from __future__ import annotations

from dataclasses import dataclass

from connectors.sandbox.switches import SwitchBoard


@dataclass(slots=True)
class Switches(SwitchBoard):
    """Defaults are our best reading of Zendesk's documents. Seconds are of the sandbox's own clock unless a
    comment says otherwise."""

    # Deliveries
    digits_only_invocation_ids: bool = False  # Z3: the documentation shows digits, recordings show ULIDs
    escape_json_in_trigger_bodies: bool = False  # Z4
    retry_on_409: int = 3  # Z6: further attempts after the first
    retry_on_throttle: int = 3  # Z6: 429/503, and only with Retry-After below retry_after_below
    retry_after_below: float = 60.0
    retry_on_timeout: int = 5
    retry_pause: float = 1.0  # between attempts where the answer named no pause
    delivery_timeout: float = 10.0  # Z7: 10 or 12, in real seconds: the receiver is a real server
    trial: bool = False  # Z10: 60 invocations a minute and 10 webhooks
    # Texts
    escape_backslashes: int = 2  # Z25: how many backslashes before {{ keep a placeholder literal
    entities_decoded_first: bool = True  # Z25: &#123;&#123; becomes a placeholder too
    run_liquid_tags: str = "run"  # Z25: {% … %} in comments: run | remove | keep
    additional_tags_on_single_put: bool = True  # Z26
    dropdown_tags: bool = True  # a drop-down's value is mirrored in the ticket's tags, both ways
    conflict_body: str = "json"  # Z27: json | empty | html
    # Limits
    rate_headers: str = "2024"  # Z41: 2023 | 2024 | x
    plan_per_minute: int = 700  # Z40, and the same again for the Help Center
    updates_per_ticket: int = 30  # Z39: per user and ticket in 10 minutes; 0 switches it off
    updates_per_minute: int = 100  # Z39: per desk; 20 on trial and sandbox accounts; 0 switches it off
    exports_per_minute: int = 10  # Z44; 0 switches it off
    audits_per_minute: int = 500  # Z37; 0 switches it off
    view_counts_per_minute: int = 5  # Z43; 0 switches it off
    # Reading
    search_lag: float = 0.0  # Z42
    # X20: the export says that there is more, and names the cursor it was asked for
    export_repeats: bool = False
    export_withheld: float = 60.0  # Z44: the newest minute is not shown
    # Ratings
    csat: str = "ratings"  # Z48: ratings | surveys | none
    assistant_reply_counts: bool = True  # Z45, Z54: a public comment by the API stops the first-reply clock
    # Views
    view_count: str = "fresh"  # Z43: fresh | stale | null
