"""GraphiQL in front of the real gateway.

``gateway_url`` is its origin, and ``token`` gives a signed token for a role.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.console.browser import Misdeeds
from tests.console.graphiql import (
    editor_text,
    open_console,
    result_text,
    run,
    run_tab,
    select_tab,
    set_headers,
    set_variables,
    stop,
    wait_for_result,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import Page

pytestmark = pytest.mark.browser

EXAMPLE = Path(__file__).parents[2] / "examples" / "operations" / "intake.json"


async def variables(page: Page) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(await editor_text(page, "variables.json"))
    return read


async def intake(page: Page, *, orders: slice) -> list[str]:
    """Sends some orders of the example, and gives the type of each answer.

    The example comes from its file: the page keeps what was typed into a tab a moment later than it was typed.
    """
    await select_tab(page, "Intake")
    example = json.loads(EXAMPLE.read_text(encoding="utf-8"))["input"]["orders"]
    await set_variables(page, {"input": {"orders": example[orders]}})
    results = json.loads(await run(page))["data"]["intakeOrders"]["results"]
    return [result["__typename"] for result in results]


async def last_update(page: Page) -> dict[str, Any]:
    update: dict[str, Any] = json.loads(await result_text(page))["data"]["groupUpdates"]
    return update


async def test_an_integrator_sends_an_order_asks_for_its_group_and_sees_no_error(
    page: Page, gateway_url: str, token: Callable[[str], str]
) -> None:
    misdeeds = Misdeeds.of(page, gateway_url)
    await open_console(page, gateway_url, token("UPSTREAM"))

    answers = await intake(page, orders=slice(2))
    explained = json.loads(await run_tab(page, "Explain"))

    assert answers == ["OrderAccepted", "OrderAccepted"]
    assert explained["data"]["fusionGroup"]["explain"]
    assert misdeeds.seen == []


async def test_a_group_is_followed_live_and_taken_up_again_with_a_cursor(
    page: Page, gateway_url: str, token: Callable[[str], str]
) -> None:
    misdeeds = Misdeeds.of(page, gateway_url)
    await open_console(page, gateway_url, token("UPSTREAM"))
    await intake(page, orders=slice(1))

    await run_tab(page, "LiveGroup")
    snapshot = await last_update(page)
    await stop(page)
    await intake(page, orders=slice(1, 2))
    await select_tab(page, "Resume")
    await set_variables(page, {**await variables(page), "after": snapshot["cursor"]})
    await run(page)

    await wait_for_result(page, '"kind": "GROUP_DISPATCHED"')
    later = await last_update(page)
    assert snapshot["kind"] == "SNAPSHOT"
    assert later["kind"] != "SNAPSHOT"
    assert later["revision"] > snapshot["revision"]
    await expect(page.locator(".onevisit-live")).to_contain_text("live")
    assert misdeeds.seen == []


async def test_headers_typed_by_hand_reach_the_socket_too(
    page: Page, gateway_url: str, token: Callable[[str], str]
) -> None:
    await open_console(page, gateway_url, token=None)
    await select_tab(page, "Intake")
    await set_headers(page, {"Authorization": f"Bearer {token('UPSTREAM')}"})
    await run(page)
    await select_tab(page, "LiveGroup")
    await set_headers(page, {"Authorization": f"Bearer {token('UPSTREAM')}"})

    await run(page)

    assert (await last_update(page))["kind"] == "SNAPSHOT"
