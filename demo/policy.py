"""The demo's policy: the shipped one, allowed to send before it is calibrated. No other default does that."""
from __future__ import annotations

import yaml

from config.load import SHIPPED_POLICY

# Kind of desk -> our name for the demo's desk of that kind.
DESKS = {"zendesk": "larkfield", "freshdesk": "larkfield-accounts"}


def demo_policy(*, two_desks: bool = False) -> str:
    """The policy as YAML. With two desks, billing works at the second one: a hand-off to it opens a ticket
    there."""
    policy = yaml.safe_load(SHIPPED_POLICY.read_text("utf-8"))
    policy["accept_uncalibrated"] = True
    # One topic is drafted, so that the demo has a draft for an agent to send.
    policy["modes"] = [{"mode": "send"}, {"topic": "account", "mode": "draft"}]
    if two_desks:
        policy["routes"]["billing"]["desk"] = DESKS["freshdesk"]
    return yaml.safe_dump(policy, allow_unicode=True, sort_keys=False)
