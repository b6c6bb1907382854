"""The sandbox gives, ends and takes back access tokens as Zendesk documents it (Z50)."""
from __future__ import annotations

from typing import Any

import pytest
import requests

from connectors.clock import SetClock
from connectors.zendesk.sandbox import SandboxZendesk


def ask(desk: SandboxZendesk, **changes: Any) -> requests.Response:
    body = {
        "grant_type": "client_credentials",
        "client_id": desk.client_id,
        "client_secret": desk.client_secret,
        "scope": "read write",
        "expires_in": 1800,
    } | changes
    return requests.post(f"{desk.url}/oauth/tokens", json=body, timeout=5)


def status(desk: SandboxZendesk, token: str, method: str = "GET") -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.request(
        method, f"{desk.url}/api/v2/{'users/me' if method == 'GET' else 'groups'}",
        json={"group": {"name": "New"}}, headers=headers, timeout=5,
    )  # fmt: skip


def test_z50_a_token_opens_the_api_until_it_ends(sandbox: SandboxZendesk, clock: SetClock) -> None:
    given = ask(sandbox).json()
    assert given["expires_in"] == 1800 and given["scope"] == "read write"
    clock.advance(1799)
    assert status(sandbox, given["access_token"]).json()["user"]["id"] == sandbox.assistant.id
    clock.advance(1)
    ended = status(sandbox, given["access_token"])
    assert ended.status_code == 401 and ended.json()["error"] == "invalid_token"


def test_z50_tokens_are_taken_back(sandbox: SandboxZendesk) -> None:
    token = ask(sandbox).json()["access_token"]
    assert sandbox.do.revoke_tokens() == 1
    assert status(sandbox, token).status_code == 401


def test_z50_a_new_secret_shuts_the_old_one_out_and_leaves_tokens(sandbox: SandboxZendesk) -> None:
    old, token = sandbox.client_secret, ask(sandbox).json()["access_token"]
    assert sandbox.do.rotate_client_secret() != old
    refused = ask(sandbox, client_secret=old)
    assert refused.status_code == 401 and refused.json()["error"] == "invalid_client"
    assert status(sandbox, token).status_code == 200
    assert ask(sandbox).status_code == 200


def test_z50_a_scope_that_is_missing_is_named(sandbox: SandboxZendesk) -> None:
    reader = ask(sandbox, scope="read").json()["access_token"]
    assert status(sandbox, reader).status_code == 200
    refused = status(sandbox, reader, "POST")
    assert refused.status_code == 403 and "required scopes: write" in refused.json()["description"]
    sandbox.do.allow_scopes(["read"])
    narrower = ask(sandbox)
    assert narrower.status_code == 400 and narrower.json()["error"] == "invalid_scope"
    assert "write" in narrower.json()["error_description"]


@pytest.mark.parametrize(("changes", "error"), [
    ({"grant_type": "password"}, "unsupported_grant_type"), ({"client_id": "nobody"}, "invalid_client"),
    ({"expires_in": 60}, "invalid_request"), ({"expires_in": 172_801}, "invalid_request"),
    ({"scope": ""}, "invalid_scope"),
])  # fmt: skip
def test_z50_what_is_wrong_with_a_request_is_named(
    sandbox: SandboxZendesk, changes: dict[str, Any], error: str
) -> None:
    refused = ask(sandbox, **changes)
    assert refused.status_code in (400, 401) and refused.json()["error"] == error


def test_z50_an_answer_names_the_life_only_when_it_was_asked_for(sandbox: SandboxZendesk) -> None:
    body = {"grant_type": "client_credentials", "client_id": sandbox.client_id,
            "client_secret": sandbox.client_secret, "scope": "read"}  # fmt: skip
    assert "expires_in" not in requests.post(f"{sandbox.url}/oauth/tokens", json=body, timeout=5).json()
