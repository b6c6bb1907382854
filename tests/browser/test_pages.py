"""The pages in a real Chromium: signing in over plain http on this machine, one ticket's story, the
customer's one tap."""
from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.store.tables import inbox
from tests.browser.dom_checks import faults
from tests.web.seeding import WebHouse, a_morning
from tests.web.test_letters import letters

pytestmark = pytest.mark.browser
PASSWORD = "quiet copper lantern"
PHONE = {"width": 390, "height": 664}  # a small phone's screen without the browser's own bars
SHELF = ("/dead-letters", "/dead-letters/dead-note", "/dead-letters/bad-delivery", "/dead-letters/bad-job")
DESKTOP = {"width": 1280, "height": 800}


def open_page(browser: Browser, size: dict[str, int] = DESKTOP, **options: object) -> tuple[Page, list[str]]:
    """A page of a fresh visitor, and what goes wrong on it: errors of scripts, refused loads, requests to
    somebody else."""
    page = browser.new_context(viewport=size, **options).new_page()
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith("http://127.0.0.1:") else trouble.append(request.url),
    )
    return page, trouble


def sign_in(page: Page, house: WebHouse, address: str) -> None:
    page.goto(f"{address}/login/token")
    page.get_by_label("One-time token").fill(house.token())
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password, once more").fill(PASSWORD)
    page.get_by_role("button", name="Set password and sign in").click()
    expect(page.get_by_role("heading", name="Tickets", level=1)).to_be_visible()


def test_somebody_signs_in_by_token_reads_a_story_and_signs_out(house, address, browser):
    a_morning(house)
    page, trouble = open_page(browser)
    sign_in(page, house, address)
    cookie = page.context.cookies()[0]
    assert (cookie["name"], cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (
        "__Host-candor",
        True,
        True,
        "Lax",
    )

    page.get_by_label("Verdict").select_option(label="Handed off")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Charged twice for order #4471").click()
    expect(page.get_by_text("AI NOTE · Handed off")).to_be_visible()
    page.get_by_text("The rules it went through").click()
    expect(page.get_by_role("row", name="sure enough yes p 0.81 >= 0.60")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()
    page.goto(f"{address}/tickets")
    expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()
    page.get_by_label("E-mail").fill("ana@larkfield.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/tickets$"))
    assert trouble == []


def test_a_token_behind_the_hash_fills_the_field_and_leaves_the_address(house, address, browser):
    page, trouble = open_page(browser)
    page.goto(f"{address}/login/token#a-token")
    expect(page.get_by_label("One-time token")).to_have_value("a-token")
    expect(page).to_have_url(f"{address}/login/token")
    assert trouble == []


def test_a_customer_reaches_a_person_with_one_tap_without_scrolling(house, address, browser, figures):
    a_morning(house)
    page, trouble = open_page(browser, PHONE, has_touch=True, is_mobile=True)
    page.goto(address + house.link("1041"))
    button = page.get_by_role("button", name="Talk to a person")
    expect(button).to_be_in_viewport(ratio=1)
    box = button.bounding_box()
    assert box is not None and box["height"] >= 44  # a thumb's width
    button.tap()
    taps = 1
    expect(page.get_by_role("heading", name="You asked for a person")).to_be_in_viewport()
    page.reload()
    with house.db.read() as connection:
        rows = connection.execute(select(inbox.c.subject_id).where(inbox.c.kind == "act")).scalars().all()
    assert rows == ["1041"]
    assert trouble == []
    figures("pages", "taps_to_human", taps, 1)


def test_the_button_works_without_javascript_and_without_cookies(house, address, browser):
    a_morning(house)
    page, _ = open_page(browser, PHONE, java_script_enabled=False)
    page.goto(address + house.link("1041"))
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.get_by_role("heading", name="You asked for a person")).to_be_visible()
    assert page.context.cookies() == []


def test_a_link_to_a_quote_opens_the_article_there(house, address, browser):
    page, _ = open_page(browser, {"width": 390, "height": 200})
    quoted = "Choose the pair and select Return an item"
    page.goto(f"{address}/a/returns/v1#:~:text={quote(quoted)}")
    expect(page.get_by_text(quoted)).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_can_be_read_by_everybody(house, address, browser, size, scheme):
    rows = a_morning(house)
    page, trouble = open_page(browser, size, color_scheme=scheme)
    paths = [
        "/login",
        "/login/token",
        "/a/returns/v1",
        house.link("1041"),
        house.link("1042"),
        house.link("1043"),
    ]
    found = {path: faults(page) for path in paths if page.goto(address + path)}
    sign_in(page, house, address)
    letters(house)
    for path in (
        "/tickets",
        "/tickets?attention=1",
        "/desks",
        *SHELF,
        "/sending",
        "/audit",
        *(f"/tickets/{row}" for row in rows.values()),
    ):
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        found[path] = faults(page)
    assert {path: what for path, what in found.items() if what} == {}
    assert trouble == []


def test_axe_finds_nothing_serious(house, address, browser, figures):
    spec = importlib.util.find_spec("axe_playwright_python")
    if spec is None or spec.submodule_search_locations is None:
        figures("pages", "axe_serious", None, 0, why="axe-playwright-python is not installed")
        pytest.skip("axe-playwright-python is not installed: only our own checks of the pages were made")
    axe = (Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text("utf-8")
    rows = a_morning(house)
    letters(house)
    page, _ = open_page(browser, PHONE)
    sign_in(page, house, address)
    serious, paths = (
        [],
        [
            "/login",
            "/login/token",
            "/tickets",
            "/desks",
            *SHELF,
            "/sending",
            "/audit",
            "/a/returns/v1",
            house.link("1041"),
            house.link("1042"),
            f"/tickets/{rows['answered']}",
            f"/tickets/{rows['handed_off']}",
        ],
    )
    for path in paths:
        page.goto(address + path)
        page.evaluate(axe)
        found = page.evaluate(
            "axe.run().then((result) => result.violations.map((v) => [v.impact, v.id, v.nodes[0].html]))"
        )
        serious += [(path, *what) for what in found if what[0] in ("serious", "critical")]
    figures("pages", "axe_serious", len(serious), len(paths))
    assert serious == []


def test_a_letter_is_replayed_and_sending_is_stopped_without_javascript(house, address, browser):
    a_morning(house)
    letters(house)
    page, _ = open_page(browser, PHONE, java_script_enabled=False)
    sign_in(page, house, address)
    page.get_by_role("link", name="Dead letters").click()
    page.get_by_role("link", name="Internal note").click()
    page.get_by_role("button", name="Replay").click()
    expect(page.get_by_role("status")).to_contain_text("Put back to work")
    expect(page.get_by_role("link", name="Internal note")).to_have_count(0)
    page.get_by_role("link", name="Sending").click()
    every = page.get_by_role("region", name="Every desk")
    every.get_by_label("Why, for everybody").fill("wrong prices")
    every.get_by_role("button", name="Stop sending").click()
    expect(page.get_by_text("Sending to every desk is stopped by")).to_be_visible()
    every.get_by_label("Your password").fill(PASSWORD)
    every.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("Sending goes on.")).to_be_visible()


def test_a_page_that_is_not_there_is_readable_too(house, address, browser):
    page, _ = open_page(browser)
    for path in ("/t/nonsense", "/nowhere"):
        page.goto(address + path)
        assert faults(page) == []


def test_the_keyboard_reaches_content_first_and_shows_where_it_is(house, address, browser):
    a_morning(house)
    page, _ = open_page(browser)
    sign_in(page, house, address)
    page.goto(f"{address}/tickets")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
