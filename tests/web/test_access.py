"""Who may open what: every route has a policy, sign-in is guarded, and a state change comes from our own
pages."""
from __future__ import annotations

import re
import subprocess
import sys

import pytest
from sqlalchemy import func, select, update

from app.store import audit, sessions, tries, users
from app.store.tables import audit as audit_rows
from app.store.tables import sessions as session_rows
from app.store.tables import users as user_rows
from app.web.access import PUBLIC, policies
from connectors.clock import HOUR, MINUTE
from tests.web.seeding import TENANT, a_morning, build

HERE = "http://127.0.0.1"
SAME = {"Origin": HERE}
HOME = "192.0.2.7"
PASSWORD = "quiet copper lantern"
OPEN_TO_ALL = {
    "static",
    "hooks.deliver",
    "signin.login",
    "signin.login_now",
    "signin.token",
    "signin.token_now",
    "customer.show",
    "customer.ask_assistant",
    "customer.ask_person",
    "articles.show",
    "health.healthz",
    "health.readyz",
    "health.metrics",
}


def form(client, path: str, **values: str):
    """Open the page and send its form as a browser does, with the page's own CSRF token."""
    page = client.get(path, base_url=HERE).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token, page
    return client.post(path, base_url=HERE, headers=SAME, data={"csrf_token": token[1], **values})


def test_every_route_says_who_may_use_it(house, figures):
    found = policies(house.app)
    forgotten = sorted(endpoint for endpoint, roles in found.items() if roles is None)
    assert forgotten == [], "add @allow or @public_page to these views"
    assert {endpoint for endpoint, roles in found.items() if roles is PUBLIC} == OPEN_TO_ALL
    figures("security", "routes_with_policy", len(found) - len(forgotten), len(found))


def test_a_view_without_a_policy_is_closed(house):
    house.app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    assert house.app.test_client().get("/forgotten").status_code == 403


def test_a_console_page_sends_a_stranger_to_sign_in_and_back(house):
    answer = house.app.test_client().get("/tickets?verdict=handoff", base_url=HERE)
    assert answer.status_code == 303
    assert answer.location == "/login?next=%2Ftickets%3Fverdict%3Dhandoff"


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("agent", 403), ("auditor", 200), ("admin",
200), ("owner", 200)])
def test_only_auditors_admins_and_owners_read_the_audit_log(house, role, status):
    assert house.signed_in(role).get("/audit", base_url=HERE).status_code == status


def test_a_token_sets_the_password_once(house):
    token, client = house.token(), house.app.test_client()
    answer = form(client, "/login/token", token=token, password=PASSWORD, again=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/tickets")
    assert client.get("/tickets", base_url=HERE).status_code == 200
    again = form(house.app.test_client(), "/login/token", token=token, password=PASSWORD, again=PASSWORD)
    assert again.status_code == 401
    assert (
        form(house.app.test_client(), "/login", email="ana@larkfield.test", password=PASSWORD).status_code
        == 303
    )


def test_a_token_older_than_a_day_is_refused(house):
    token = house.token()
    house.clock.advance(users.TOKEN_LIFE / 1_000_000 + 1)
    assert (
        form(
            house.app.test_client(), "/login/token", token=token, password=PASSWORD, again=PASSWORD
        ).status_code
        == 401
    )


@pytest.mark.parametrize(("password", "again"), [("short", "short"), ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa"),
(PASSWORD, PASSWORD + "x"),
                                                 ("ana@larkfield.test", "ana@larkfield.test")])
def test_a_weak_or_mistyped_password_leaves_the_token_usable(house, password, again):
    token = house.token()
    assert (
        form(house.app.test_client(), "/login/token", token=token, password=password, again=again).status_code
        == 400
    )
    assert users.use_token(house.db, token, PASSWORD, house.clock()) is not None


def test_passwords_and_tokens_are_kept_as_hashes_only(house):
    token = house.token()
    users.use_token(house.db, token, PASSWORD, house.clock())
    with house.db.read() as connection:
        row = connection.execute(select(user_rows)).one()
    assert row.password_hash.startswith("$argon2id$")
    assert token not in str(row) and PASSWORD not in str(row)


def test_five_wrong_passwords_lock_the_account_for_their_address_for_a_quarter_of_an_hour(house):
    account = house.account(password=PASSWORD)
    now = house.clock()
    assert [users.sign_in(house.db, account.email, "wrong", HOME, now)[1] for _ in range(5)] == [
        *["wrong"] * 4, "locked_out"
    ]
    assert users.sign_in(house.db, account.email, PASSWORD, HOME, now) == (None, "locked")
    house.clock.advance(15 * 60 + 1)
    assert users.sign_in(house.db, account.email, PASSWORD, HOME, house.clock())[1] == "signed_in"


@pytest.mark.parametrize("stranger", ["203.0.113.9", "2001:db8::1", ""])
def test_a_stranger_locks_out_nobody_but_themselves_and_the_owner_is_told(house, stranger):
    account = house.account(password=PASSWORD)
    for _ in range(7):
        users.sign_in(house.db, account.email, "wrong", stranger, house.clock())
    assert users.sign_in(house.db, account.email, PASSWORD, stranger, house.clock())[1] == "locked"
    assert users.sign_in(house.db, account.email, PASSWORD, HOME, house.clock())[1] == "signed_in"
    told = f"Wrong passwords for {account.email} came from"
    assert told in house.signed_in("owner").get("/tickets", base_url=HERE).text
    assert told not in house.signed_in("admin").get("/tickets", base_url=HERE).text
    house.clock.now_us += 25 * HOUR
    assert told not in house.signed_in("owner").get("/tickets", base_url=HERE).text


def test_one_ipv6_customer_is_one_address(house):
    account = house.account(password=PASSWORD)
    for n in range(5):
        users.sign_in(house.db, account.email, "wrong", f"2001:db8:0:7::{n}", house.clock())
    same, other = "2001:db8:0:7:ffff::1", "2001:db8:0:8::1"
    assert users.sign_in(house.db, account.email, PASSWORD, same, house.clock())[1] == "locked"
    assert users.sign_in(house.db, account.email, PASSWORD, other, house.clock())[1] == "signed_in"


def test_of_many_addresses_that_guess_together_none_gets_far_and_a_known_one_still_signs_in(house):
    account = house.account(password=PASSWORD)
    assert users.sign_in(house.db, account.email, PASSWORD, HOME, house.clock())[1] == "signed_in"
    said = [
        users.sign_in(house.db, account.email, "wrong", f"198.51.100.{n}", house.clock())[1]
        for n in range(30)
    ]
    assert said == ["wrong"] * tries.MANY_ADDRESSES + ["locked"] * (30 - tries.MANY_ADDRESSES)
    assert users.sign_in(house.db, account.email, PASSWORD, "198.51.100.99", house.clock())[1] == "locked"
    assert users.sign_in(house.db, account.email, PASSWORD, HOME, house.clock())[1] == "signed_in"
    house.clock.advance(15 * 60 + 1)
    assert users.sign_in(house.db, account.email, PASSWORD, "198.51.100.99", house.clock())[1] == "signed_in"


def test_the_page_lets_the_owner_in_while_a_stranger_guesses(house):
    house.account(password=PASSWORD)
    stranger = house.app.test_client()
    for _ in range(12):
        page = stranger.get("/login", base_url=HERE, environ_base={"REMOTE_ADDR": "203.0.113.9"}).text
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        last = stranger.post(
            "/login", base_url=HERE, headers=SAME, environ_base={"REMOTE_ADDR": "203.0.113.9"},
            data={"csrf_token": csrf, "email": "ana@larkfield.test", "password": "no such"},
        )  # fmt: skip
    assert last.status_code == 429
    client = house.app.test_client()
    assert form(client, "/login", email="ana@larkfield.test", password=PASSWORD).status_code == 303


def test_a_wrong_password_and_an_unknown_address_read_alike_and_end_in_429(house):
    house.account(password=PASSWORD)
    client = house.app.test_client()
    page = client.get("/login", base_url=HERE).text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    def answers(email: str) -> list[tuple[int, str]]:
        sent = [
            client.post(
                "/login",
                base_url=HERE,
                headers=SAME,
                data={"csrf_token": csrf, "email": email, "password": "no such"},
            )
            for _ in range(11)
        ]
        return [
            (a.status_code, re.sub(re.escape(email) + r'|name="csrf_token" value="[^"]+"', "…", a.text))
            for a in sent
        ]

    known, unknown = answers("ana@larkfield.test"), answers("nobody@larkfield.test")
    assert known == unknown
    assert [status for status, _ in known] == [401] * 10 + [429]
    assert users.sign_in(house.db, "ana@larkfield.test", PASSWORD, "127.0.0.1", house.clock())[1] == "locked"


def test_one_address_that_tries_many_accounts_is_stopped(house):
    client = house.app.test_client()
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login", base_url=HERE).text)[1]
    tries = [{"csrf_token": csrf, "email": f"{n}@x.test", "password": "x"} for n in range(31)]
    last = [client.post("/login", base_url=HERE, headers=SAME, data=sent).status_code for sent in tries]
    assert last == [401] * 30 + [429]


def test_the_session_is_a_new_one_after_sign_in(house):
    house.account(password=PASSWORD)
    client = house.app.test_client()
    client.get("/login", base_url=HERE)
    with client.session_transaction(base_url=HERE) as planted:
        planted["_user_id"], planted["planted"] = "a key the attacker knows", "yes"
    form(client, "/login", email="ana@larkfield.test", password=PASSWORD)
    with client.session_transaction(base_url=HERE) as after:
        assert "planted" not in after
        assert after["_user_id"] != "a key the attacker knows"
    with house.db.read() as connection:
        assert connection.execute(select(session_rows.c.id)).scalar_one() != after["_user_id"]


def test_signing_out_ends_the_session_on_the_server(house):
    client = house.signed_in()
    page = client.get("/tickets", base_url=HERE).text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    with client.session_transaction(base_url=HERE) as cookie:
        stolen = dict(cookie)
    assert client.post("/logout", base_url=HERE, headers=SAME, data={"csrf_token": csrf}).status_code == 303
    thief = house.app.test_client()
    with thief.session_transaction(base_url=HERE) as cookie:
        cookie.update(stolen)
    assert thief.get("/tickets", base_url=HERE).status_code == 303


@pytest.mark.parametrize(("wait", "status"), [(29 * MINUTE, 200), (31 * MINUTE, 303)])
def test_an_idle_session_ends_after_half_an_hour(house, wait, status):
    client = house.signed_in()
    house.clock.now_us += wait
    assert client.get("/tickets", base_url=HERE).status_code == status


def test_a_busy_session_ends_after_twelve_hours(house):
    client, statuses = house.signed_in(), []
    for _ in range(36):
        house.clock.now_us += 20 * MINUTE
        statuses.append(client.get("/tickets", base_url=HERE).status_code)
    house.clock.now_us += 1
    assert statuses == [200] * 36
    assert client.get("/tickets", base_url=HERE).status_code == 303


def test_a_new_password_signs_everybody_else_out(house):
    old = house.signed_in("owner")
    form(
        house.app.test_client(),
        "/login/token",
        token=house.token("owner@larkfield.test"),
        password=PASSWORD,
        again=PASSWORD,
    )
    assert old.get("/tickets", base_url=HERE).status_code == 303


def test_the_cookie_is_bound_to_this_host_and_hidden_from_scripts(house):
    cookie = house.app.test_client().get("/login", base_url=HERE).headers["Set-Cookie"]
    assert cookie.startswith("__Host-candor=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


@pytest.mark.parametrize(("address", "open_"), [
    ("https://candor.example", True), ("http://localhost:8642", True), ("http://127.0.0.1", True),
    ("http://candor.example", False),
    ("http://192.168.1.5", False)])
def test_a_password_is_only_asked_for_where_it_is_safe(house, address, open_):
    page = house.app.test_client().get("/login", base_url=address).text
    assert ('type="password"' in page) is open_
    assert ("plain http" in page) is not open_


def test_a_password_sent_over_plain_http_is_refused_with_the_reason(house):
    client, address = house.app.test_client(), "http://candor.example"
    with client.session_transaction(base_url=address):
        pass
    house.app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post(
        "/login", base_url=address, headers={"Origin": address}, data={"email": "a@b.c", "password": "x"}
    )
    assert answer.status_code == 403
    assert "plain http" in answer.text


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"Origin": "https://evil.example"},
{"Origin": "https://127.0.0.1"}])
def test_a_form_from_elsewhere_changes_nothing(house, headers):
    client = house.signed_in()
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/tickets", base_url=HERE).text)[1]
    assert (
        client.post("/logout", base_url=HERE, headers=headers, data={"csrf_token": csrf}).status_code == 403
    )
    assert client.get("/tickets", base_url=HERE).status_code == 200


def test_a_form_without_its_token_changes_nothing(house):
    client = house.signed_in()
    assert client.post("/logout", base_url=HERE, headers=SAME).status_code == 400
    assert client.get("/tickets", base_url=HERE).status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example",
"javascript:alert(1)"])
def test_sign_in_leads_only_to_our_own_pages(house, target):
    house.account(password=PASSWORD)
    assert (
        form(
            house.app.test_client(), "/login", email="ana@larkfield.test", password=PASSWORD, next=target
        ).location
        == "/tickets"
    )


@pytest.mark.parametrize("path", ["/login", "/tickets", "/a/returns/v1", "/t/nonsense", "/nowhere",
"/healthz"])
def test_every_answer_carries_the_headers(house, path):
    headers = house.signed_in().get(path, base_url="https://candor.example").headers
    assert headers["Content-Security-Policy"].startswith(
        "default-src 'self'; img-src 'self'; frame-ancestors 'none'"
    )
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "max-age" in headers["Strict-Transport-Security"]


def test_no_page_holds_a_script_or_style_of_its_own(house):
    rows = a_morning(house)
    client = house.signed_in()
    story = f"/tickets/{rows['handed_off']}"
    for path in (
        "/login",
        "/login/token",
        "/tickets",
        story,
        "/desks",
        "/audit",
        "/a/returns/v1",
        house.link("1042"),
    ):
        page = client.get(path, base_url=HERE).text
        assert not re.search(r"<style|style=|<script(?! src=\"/static/)|\son\w+=|javascript:", page), path
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page), (
            f"{path} loads or links to somebody else"
        )


def test_another_companys_tickets_are_not_there(house):
    rows = a_morning(house)
    client = house.signed_in("owner")
    with house.db.write() as tx:
        tx.execute(update(user_rows).values(tenant="another"))
        tx.execute(update(session_rows).values(tenant="another"))
    assert client.get(f"/tickets/{rows['answered']}", base_url=HERE).status_code == 404
    assert "Boots too small" not in client.get("/tickets", base_url=HERE).text
    assert "Larkfield" not in client.get("/desks", base_url=HERE).text


def test_a_session_of_another_company_opens_nothing(house):
    client = house.signed_in()
    with house.db.write() as tx:
        tx.execute(update(session_rows).values(tenant="another"))
    assert client.get("/tickets", base_url=HERE).status_code == 303


def test_signing_in_and_failing_to_are_written_to_the_audit_log(house):
    token = house.token()
    form(house.app.test_client(), "/login/token", token=token, password=PASSWORD, again=PASSWORD)
    form(house.app.test_client(), "/login", email="ana@larkfield.test", password="wrong wrong wrong")
    form(house.app.test_client(), "/login", email="ana@larkfield.test", password=PASSWORD)
    with house.db.read() as connection:
        rows = audit.newest(connection, TENANT, None, 10)
        assert audit.first_broken(connection, TENANT, house.keys) is None
    assert [(r.who, r.what) for r in reversed(rows)] == [
        ("ana@larkfield.test", "token_used"),
        ("ana@larkfield.test", "sign_in_refused"),
        ("ana@larkfield.test", "signed_in"),
    ]
    assert all(r.detail["ip"] == "127.0.0.1" for r in rows)
    assert PASSWORD not in str(rows) and token not in str(rows)


@pytest.mark.parametrize("tamper", ["change", "remove"])
def test_a_changed_or_removed_audit_row_shows(house, tamper):
    with house.db.write() as tx:
        for n in range(5):
            audit.append(tx, TENANT, "ana", "signed_in", {"n": n}, house.keys, house.clock(), f"a{n}")
        third = audit_rows.c.seq == 3
        tx.execute(
            update(audit_rows).where(third).values(who="bob")
            if tamper == "change"
            else audit_rows.delete().where(third)
        )
    with house.db.read() as connection:
        assert audit.first_broken(connection, TENANT, house.keys) == 3


def test_the_audit_page_says_so(house):
    client = house.signed_in("auditor")
    with house.db.write() as tx:
        audit.append(tx, TENANT, "ana", "signed_in", {}, house.keys, house.clock(), "a1")
    assert "every row fits the chain" in client.get("/audit", base_url=HERE).text
    with house.db.write() as tx:
        tx.execute(update(audit_rows).values(who="bob"))
    assert "the chain breaks at row 1" in client.get("/audit", base_url=HERE).text


def test_old_sessions_are_cleared_when_somebody_signs_in(house):
    account = house.account()
    with house.db.write() as tx:
        sessions.start(tx, account, "old", house.clock())
    house.clock.now_us += 13 * HOUR
    with house.db.write() as tx:
        sessions.start(tx, account, "new", house.clock())
        assert tx.execute(select(func.count()).select_from(session_rows)).scalar_one() == 1


@pytest.mark.parametrize(("hops", "secure"), [("0", False), ("1", True)])
def test_a_proxys_word_counts_only_when_a_proxy_was_announced(tmp_path, hops, secure):
    house = build(tmp_path, CANDOR_PROXY_HOPS=hops)
    answer = house.app.test_client().get(
        "/login", base_url="http://inner", headers={"X-Forwarded-Proto": "https"}
    )
    assert ("Strict-Transport-Security" in answer.headers) is secure
    house.db.close()


def test_accounts_sessions_and_the_audit_log_work_on_both_databases(tmp_path, database_url):
    house = build(tmp_path, database_url)
    client = house.app.test_client()
    assert (
        form(client, "/login/token", token=house.token(), password=PASSWORD, again=PASSWORD).status_code
        == 303
    )
    rows = a_morning(house)
    story = f"/tickets/{rows['answered']}"
    for path in (
        "/tickets",
        "/tickets?verdict=answer&attention=1",
        story,
        "/desks",
        "/audit",
        house.link("1042"),
        "/metrics",
    ):
        assert client.get(path, base_url=HERE).status_code == 200, path
    house.db.close()


def test_the_web_process_loads_no_model_index_or_desk_client():
    program = (
        "import sys; import app.factory; "
        "print(sorted(set(sys.modules) & {'torch', 'transformers', 'sentence_transformers', 'faiss', "
        "'onnxruntime', 'zenpy', 'sklearn'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
