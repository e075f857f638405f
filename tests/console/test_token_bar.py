from __future__ import annotations

import base64
import json
import time

import pytest
from playwright.async_api import Page, expect

from tests.console.browser import Misdeeds
from tests.console.graphiql import open_console, run, run_tab, select_tab, set_headers

pytestmark = pytest.mark.browser


def make_token(**claims: object) -> str:
    """A token that looks like one; nobody here checks its signature."""
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


def member_id(number: int) -> str:
    return base64.b64encode(f"Member:{number}".encode()).decode()


async def test_without_a_token_the_page_is_calm_and_tells_how_to_get_one(
    page: Page, closed_gateway_url: str
) -> None:
    misdeeds = Misdeeds.of(page, closed_gateway_url)

    await open_console(page, closed_gateway_url, token=None)

    await expect(page).to_have_title("OneVisit · GraphiQL")
    await expect(page.locator(".onevisit-notice")).to_contain_text("onevisit token --role dispatcher")
    assert misdeeds.seen == []


async def test_a_link_with_a_token_shows_who_it_is_and_leaves_the_address_bar(
    page: Page, closed_gateway_url: str
) -> None:
    token = make_token(role="CREW", member=member_id(17), exp=time.time() + 3 * 3600 + 60)

    await open_console(page, closed_gateway_url, token)

    await expect(page.get_by_test_id("identity")).to_have_text("CREWmember 17expires in 3 hClear token")
    assert page.url == f"{closed_gateway_url}/graphiql/"


async def test_a_link_with_another_token_takes_effect_in_the_same_tab(
    page: Page, closed_gateway_url: str
) -> None:
    await open_console(page, closed_gateway_url, make_token(role="UPSTREAM"))

    await page.goto(f"{closed_gateway_url}/graphiql/#token={make_token(role='DISPATCHER')}")

    await expect(page.get_by_test_id("identity")).to_contain_text("DISPATCHER")
    assert page.url == f"{closed_gateway_url}/graphiql/"


async def test_a_pasted_token_lasts_for_this_tab_until_it_is_cleared(
    page: Page, closed_gateway_url: str
) -> None:
    await open_console(page, closed_gateway_url, token=None)

    await page.get_by_label("Token").fill(f" Bearer {make_token(role='VIEWER', exp=time.time() - 5)}\n")
    await page.get_by_role("button", name="Use token").click()
    await page.reload()

    await expect(page.get_by_test_id("identity")).to_contain_text("VIEWERexpired")
    kept = await page.evaluate(
        "JSON.stringify([Object.entries(localStorage), location.href, document.cookie])"
    )
    assert "c2lnbmF0dXJl" not in kept
    await page.get_by_role("button", name="Clear token").click()
    await page.reload()
    await expect(page.get_by_label("Token")).to_be_visible()


@pytest.mark.parametrize("text", ["nonsense", "a.b.c", "e30", "bnVsbA.bnVsbA.x"])
async def test_a_text_that_is_no_token_is_not_taken(page: Page, closed_gateway_url: str, text: str) -> None:
    await open_console(page, closed_gateway_url, token=None)

    await page.get_by_label("Token").fill(text)
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("banner").get_by_role("alert")).to_contain_text("not a token")


@pytest.mark.parametrize(("tab", "answer"), [("Board", "UNAUTHENTICATED"), ("LiveGroup", "4401")])
async def test_a_refused_token_shows_the_answer_and_the_remedy(
    page: Page, closed_gateway_url: str, tab: str, answer: str
) -> None:
    await open_console(page, closed_gateway_url, make_token(role="DISPATCHER"))

    result = await run_tab(page, tab)

    assert answer in result
    notice = page.locator(".onevisit-notice")
    await expect(notice).to_contain_text("did not accept this token")
    await expect(notice).to_contain_text("onevisit token --role dispatcher")


async def test_headers_typed_by_hand_win_over_the_token(page: Page, closed_gateway_url: str) -> None:
    await open_console(page, closed_gateway_url, make_token(role="DISPATCHER"))
    await select_tab(page, "Board")
    await set_headers(page, {"authorization": "Bearer typed"})

    async with page.expect_request(lambda request: request.method == "POST") as request:
        await run(page)

    assert (await (await request.value).all_headers())["authorization"] == "Bearer typed"
