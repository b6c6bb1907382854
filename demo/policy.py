"""The demo desk's policy: the shipped one, allowed to send before it is calibrated. No other default does that."""
from __future__ import annotations

import yaml

from config.load import SHIPPED_POLICY


def demo_policy() -> str:
    policy = yaml.safe_load(SHIPPED_POLICY.read_text("utf-8"))
    policy["accept_uncalibrated"] = True
    policy["modes"] = [{"mode": "send"}]
    return yaml.safe_dump(policy, allow_unicode=True, sort_keys=False)
