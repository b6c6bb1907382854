"""Access tokens as the connector gets, keeps and renews them: the sandbox behind real HTTP."""
from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from connectors.clock import MINUTE, SECOND, SetClock
from connectors.contract import Connection
from connectors.errors import ConnectorError, NoToken
from connectors.limits import RateBudget
from connectors.records import Later, Refused, Sent
from connectors.tokens import LOOKS, TURN, KeptToken, MemoryTokenStore, Token, TokenStore
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.desk import ZendeskDesk
from connectors.zendesk.install import ZendeskInstall
from connectors.zendesk.oauth import token_name
from connectors.zendesk.outbound import ZendeskOutbound
from connectors.zendesk.sandbox import SandboxZendesk
from tests.connectors.zendesk.wiring import HOOK, SHORT, reply, write
from tests.figures import Figures

HALF_HOUR = 30 * 60
DAY = 24 * 3600


def by_client(desk: SandboxZendesk, **changes: str) -> dict[str, str]:
    own = {"subdomain": desk.account, "client_id": desk.client_id, "client_secret": desk.client_secret}
    return own | changes


def worker(
    desk: SandboxZendesk, clock: Callable[[], int], tokens: TokenStore | None = None, **changes: str
) -> ZendeskClient:
    """A process of its own, as far as a token goes; what it shares with others is `tokens`."""
    connection = Connection("zendesk-1", by_client(desk, **changes), {}, desk.url)
    made = ZendeskClient(connection, clock, RateBudget(), sandbox_allowed=True, timeouts=SHORT)
    made.tokens = tokens or MemoryTokenStore()
    return made


def minted(desk: SandboxZendesk) -> int:
    return desk.do.tokens_minted()


def test_one_token_serves_until_four_fifths_of_its_life(sandbox: SandboxZendesk, clock: SetClock) -> None:
    desk = ZendeskDesk(worker(sandbox, clock))
    desk.whoami()
    clock.advance(0.79 * HALF_HOUR)
    desk.whoami()
    assert minted(sandbox) == 1
    clock.advance(0.02 * HALF_HOUR)
    desk.whoami()
    assert minted(sandbox) == 2
    assert {r["status"] for r in sandbox.do.requests()} == {200}, "nobody met a token that had ended"


def test_the_secret_and_the_token_stand_in_no_log(sandbox: SandboxZendesk, clock: SetClock) -> None:
    store = MemoryTokenStore()
    with capture_logs() as lines:
        client = worker(sandbox, clock, store)
        ZendeskDesk(client).whoami()
        old = sandbox.client_secret
        sandbox.do.rotate_client_secret()
        clock.advance(0.9 * HALF_HOUR)
        ZendeskDesk(client).whoami()
    kept = store.read(token_name("zendesk-1", client.connection.settings))
    assert kept is not None
    assert old not in str(lines) and kept.value not in str(lines)
    assert kept.value not in repr(kept)
    assert [line["event"] for line in lines].count("access token not renewed") == 1


@pytest.mark.parametrize("workers", [2, 6])
def test_workers_at_once_mint_once(sandbox: SandboxZendesk, clock: SetClock, workers: int) -> None:
    store = MemoryTokenStore()
    for turn in range(3):
        start = threading.Barrier(workers)
        names: list[str] = []

        def work(start: threading.Barrier = start, names: list[str] = names) -> None:
            desk = ZendeskDesk(worker(sandbox, clock, store))
            start.wait()
            names.append(desk.whoami().id)

        threads = [threading.Thread(target=work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(names) == workers
        assert minted(sandbox) == turn + 1
        clock.advance(HALF_HOUR + 1)


def test_a_read_and_a_write_refused_for_a_token_taken_back_are_made_once_more(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int
) -> None:
    client = worker(sandbox, clock)
    desk = ZendeskDesk(client)
    desk.whoami()
    sandbox.do.revoke_tokens()
    assert desk.ticket(str(mayas_ticket)).id == str(mayas_ticket)
    sandbox.do.revoke_tokens()
    clock.advance(2)
    outcome = ZendeskOutbound(client).send(write(str(mayas_ticket), reply(), desk.stamp(str(mayas_ticket))))
    assert isinstance(outcome, Sent)
    sandbox.do.revoke_tokens()
    assert isinstance(ZendeskOutbound(client).send(write(str(mayas_ticket), reply("Again."))), Sent)
    assert sandbox.do.once(mayas_ticket) == 2
    assert minted(sandbox) == 4


def test_twice_refused_is_refused(sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int) -> None:
    client = worker(sandbox, clock)
    sandbox.do.fault("X10", path="/api/v2/")
    with pytest.raises(ConnectorError) as refused:
        ZendeskDesk(client).whoami()
    assert refused.value.permanent and refused.value.status == 401
    assert len(sandbox.do.requests(path="/users/me")) == 2
    outcome = ZendeskOutbound(client).send(write(str(mayas_ticket), reply()))
    assert isinstance(outcome, Refused) and outcome.status == 401
    assert len(sandbox.do.requests("PUT", "/tickets/")) == 2


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_desks_clock_ten_minutes_off_ours_is_harmless(
    sandbox: SandboxZendesk, clock: SetClock, minutes: int
) -> None:
    ours = SetClock(clock() + minutes * MINUTE)
    desk = ZendeskDesk(worker(sandbox, ours))
    for _ in range(12):
        desk.whoami()
        for one in (clock, ours):
            one.advance(5 * 60)
    assert {r["status"] for r in sandbox.do.requests()} == {200}
    assert minted(sandbox) == 3


@pytest.mark.parametrize("jump", [-DAY, -600, 600])
def test_our_own_clock_set_anew_costs_one_more_token_at_most(
    sandbox: SandboxZendesk, clock: SetClock, jump: int
) -> None:
    ours = SetClock(clock())
    desk = ZendeskDesk(worker(sandbox, ours))
    desk.whoami()
    ours.advance(jump)
    for _ in range(7):
        desk.whoami()
        for one in (clock, ours):
            one.advance(5 * 60)
    assert minted(sandbox) <= 3


def test_a_secret_rotated_under_load_is_told_to_nobody_when_connected_anew(
    sandbox: SandboxZendesk, clock: SetClock
) -> None:
    store = MemoryTokenStore()
    before = worker(sandbox, clock, store)
    ZendeskDesk(before).whoami()
    sandbox.do.rotate_client_secret()
    for _ in range(5):  # past four fifths of its life: the renewal is refused, and the old token goes on
        clock.advance(5.5 * 60)
        ZendeskDesk(before).whoami()
    after = worker(sandbox, clock, store)
    ZendeskDesk(after).whoami()
    clock.advance(HALF_HOUR)
    ZendeskDesk(after).whoami()
    with pytest.raises(ConnectorError) as refused:
        ZendeskDesk(before).whoami()
    assert refused.value.permanent and refused.value.status == 401
    assert "refused the OAuth client and its secret" in str(refused.value)


def test_a_write_without_a_token_waits_and_one_for_a_dead_client_is_refused_as_a_key(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int
) -> None:
    outbound = ZendeskOutbound(worker(sandbox, clock))
    sandbox.do.fault("X9", path="/oauth/tokens")
    outcome = outbound.send(write(str(mayas_ticket), reply()))
    assert isinstance(outcome, Later) and outcome.seconds > 0
    clock.advance(60)
    sandbox.do.fault("X8-login", path="/oauth/tokens")
    assert isinstance(outbound.send(write(str(mayas_ticket), reply())), Later)
    clock.advance(60)
    sandbox.do.rotate_client_secret()
    outcome = outbound.send(write(str(mayas_ticket), reply()))
    assert isinstance(outcome, Refused) and outcome.status == 401
    assert sandbox.do.requests("PUT") == []


@pytest.mark.parametrize("taken_back", [False, True], ids=["first", "another"])
def test_a_write_whose_token_comes_late_is_put_off(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int, taken_back: bool
) -> None:
    """Whoever was stopped while it got its token may not be alone at the write when it wakes up."""
    client = worker(sandbox, clock)
    if taken_back:
        ZendeskDesk(client).whoami()
        sandbox.do.revoke_tokens()
    sandbox.do.faults.before("POST", "/oauth/tokens", lambda: clock.advance(300))
    outbound = ZendeskOutbound(client)
    outcome = outbound.send(write(str(mayas_ticket), reply()))
    assert isinstance(outcome, Later) and outcome.seconds > 0
    assert sandbox.do.once(mayas_ticket) == 0
    assert isinstance(outbound.send(write(str(mayas_ticket), reply())), Sent)
    assert sandbox.do.once(mayas_ticket) == 1


@pytest.mark.parametrize(("before", "state"), [("", "exists"), ("1", "updated")])
def test_another_user_than_before_is_told(
    sandbox: SandboxZendesk, clock: SetClock, before: str, state: str
) -> None:
    made = ZendeskInstall(worker(sandbox, clock)).apply(HOOK, lambda step: None).state
    known = {**made, "user_id": before or made["user_id"], "user_name": "Old assistant"}
    client = worker(sandbox, clock)
    again = ZendeskClient(
        replace(client.connection, state=known), clock, RateBudget(), sandbox_allowed=True, timeouts=SHORT
    )
    [user] = [s for s in ZendeskInstall(again).apply(HOOK, lambda step: None).steps if s.name == "user"]
    assert user.state == state and ("Old assistant" in user.detail) == (state == "updated")


def test_a_desk_that_quotes_the_secret_is_not_quoted(sandbox: SandboxZendesk, clock: SetClock) -> None:
    secret = sandbox.client_secret
    body = f'{{"error":"invalid_client","error_description":"unknown secret {secret}"}}'
    sandbox.do.fault("X9", path="/oauth/tokens", status=401, body=body)
    with pytest.raises(ConnectorError, match="unknown secret …") as refused:
        ZendeskDesk(worker(sandbox, clock)).whoami()
    assert secret not in str(refused.value)


def test_a_404_of_the_token_address_is_not_one_of_the_ticket(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int
) -> None:
    sandbox.do.fault("X9", path="/oauth/tokens", status=404)
    with pytest.raises(NoToken) as failed:
        ZendeskDesk(worker(sandbox, clock)).ticket(str(mayas_ticket))
    assert failed.value.status is None and not failed.value.permanent


@pytest.mark.parametrize(("asked", "allowed", "told"), [
    ("read", ["read", "write"], "lacks the scope write$"),
    ("write", ["read", "write"], "lacks the scope read$"),
    ("tickets:read", ["tickets:read"], "lacks the scope read, write$"),
    ("", ["read"], "lacks the scope write$"), ("", [], "lacks the scope read, write$"),
])  # fmt: skip
def test_connecting_names_the_scopes_that_are_missing_before_anything_is_written(
    sandbox: SandboxZendesk, clock: SetClock, asked: str, allowed: list[str], told: str
) -> None:
    sandbox.do.allow_scopes(allowed)
    install = ZendeskInstall(worker(sandbox, clock, scopes=asked))
    for run in (lambda: install.plan(HOOK), lambda: install.apply(HOOK, lambda step: None)):
        with pytest.raises(ConnectorError, match=told) as refused:
            run()
        assert refused.value.permanent and refused.value.status == 403
    assert not sandbox.state.webhooks


def test_connecting_tells_the_scopes_and_removing_forgets_the_token(
    sandbox: SandboxZendesk, clock: SetClock
) -> None:
    store = MemoryTokenStore()
    client = worker(sandbox, clock, store)
    steps = {s.name: s for s in ZendeskInstall(client).apply(HOOK, lambda step: None).steps}
    assert steps["scopes"].state == "exists" and steps["scopes"].detail == "read write"
    ZendeskInstall(client).remove(lambda step: None)
    assert store.read(token_name("zendesk-1", client.connection.settings)) is None


def test_a_dead_workers_turn_ends_by_itself(sandbox: SandboxZendesk, clock: SetClock) -> None:
    store, client = MemoryTokenStore(), worker(sandbox, clock)
    name = token_name("zendesk-1", client.connection.settings)
    assert store.take_turn(name, "killed", clock(), clock() + TURN)
    pauses: list[float] = []
    token = KeptToken(store, name, lambda: Token("t", clock(), clock() + MINUTE), clock, pauses.append)
    with pytest.raises(NoToken):
        token.token()
    assert len(pauses) == LOOKS
    clock.advance(TURN / SECOND)
    assert token.token() == "t"


def test_thirty_days_of_short_tokens(sandbox: SandboxZendesk, clock: SetClock, figures: Figures) -> None:
    """Two workers in turn, a call every 13 minutes; every 9 hours the tokens are taken back, every 6 both
    workers start anew without their memory, and every third time without the shared store's."""
    sandbox.do.switch(plan_per_minute=1_000_000)
    store = MemoryTokenStore()
    desks = [ZendeskDesk(worker(sandbox, clock, store)) for _ in range(2)]
    failed: list[str] = []
    revoked = restarts = 0
    calls = 30 * DAY // (13 * 60)
    for step in range(calls):
        clock.advance(13 * 60)
        if step % 41 == 40:
            revoked += sandbox.do.revoke_tokens() > 0
        if step % 28 == 27:
            restarts += 1
            store = MemoryTokenStore() if restarts % 3 == 0 else store
            desks = [ZendeskDesk(worker(sandbox, clock, store)) for _ in range(2)]
        failed += _failure(desks[step % 2])
    figures("connectors", "oauth remints", minted(sandbox) - 1, calls,
            days=30, revocations=revoked, restarts=restarts, failures=len(failed))  # fmt: skip
    assert failed == []
    assert revoked >= 30 and restarts >= 100
    assert minted(sandbox) <= calls // 2 + revoked + restarts // 3 + 1, "one per life, and per loss"
    assert sandbox.do.failures() == []


def _failure(desk: ZendeskDesk) -> list[str]:
    try:
        desk.whoami()
    except ConnectorError as error:
        return [str(error)]
    return []


@pytest.mark.parametrize("answer", [
    "[]", "{}", '{"access_token": 7}', '{"access_token": "a b"}', '{"access_token": "a\\r\\nX-Evil: 1"}',
])  # fmt: skip
def test_an_answer_without_a_usable_token_is_none(
    sandbox: SandboxZendesk, clock: SetClock, answer: str
) -> None:
    sandbox.do.fault("X9", path="/oauth/tokens", status=200, body=answer)
    with pytest.raises(NoToken):
        ZendeskDesk(worker(sandbox, clock)).whoami()


@pytest.mark.parametrize("life", ["", ', "expires_in": null', ', "expires_in": true', ', "expires_in": -5'])
def test_an_answer_that_names_no_life_means_the_shortest(
    sandbox: SandboxZendesk, clock: SetClock, life: str
) -> None:
    store, body = MemoryTokenStore(), f'{{"access_token": "{sandbox.bearer}"{life}}}'
    sandbox.do.fault("X9", path="/oauth/tokens", status=200, body=body)
    client = worker(sandbox, clock, store)
    ZendeskDesk(client).whoami()
    kept = store.read(token_name("zendesk-1", client.connection.settings))
    assert kept is not None and kept.until == clock() + HALF_HOUR * SECOND
