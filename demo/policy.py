"""The demo desk's policy: the shipped one, allowed to send before it is calibrated. No other default does that."""
from __future__ import annotations

import yaml

from config.load import SHIPPED_POLICY


def demo_policy() -> str:
    policy = yaml.safe_load(SHIPPED_POLICY.read_text("utf-8"))
    policy["accept_uncalibrated"] = True
    # One topic is drafted, so that the demo has a draft for an agent to send.
    policy["modes"] = [{"mode": "send"}, {"topic": "account", "mode": "draft"}]
    return yaml.safe_dump(policy, allow_unicode=True, sort_keys=False)
