"""GraphiQL as its user handles it: open it with a token, run a tab, read the answer.

The editors show only the lines in view; their whole text is read from the editor's own models.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Final, Literal

from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from playwright.async_api import Page

Editor = Literal["operation.graphql", "variables.json", "request-headers.json", "response.json"]

_SECONDS: Final = 20
_BETWEEN_LOOKS: Final = 0.05
_MODEL: Final = "__MONACO.editor.getModels().find(model => model.uri.path.endsWith(name))"
_READ: Final = f"name => {_MODEL}.getValue()"
_WRITE: Final = f"([name, text]) => {_MODEL}.setValue(text)"


async def open_console(page: Page, url: str, token: str | None) -> None:
    """Opens ``/graphiql`` by a link with the token, as ``make run`` prints it, and waits for the editors."""
    await page.goto(f"{url.rstrip('/')}/graphiql" + (f"#token={token}" if token else ""))
    await expect(page.locator(".graphiql-query-editor .view-lines")).to_be_visible(timeout=_SECONDS * 1000)


async def run_tab(page: Page, name: str) -> str:
    """Runs the operation of a tab, and gives the first answer or update. Another tab's subscription is stopped."""
    await select_tab(page, name)
    return await run(page)


async def select_tab(page: Page, name: str) -> None:
    """Shows a tab, by the name of its operation."""
    await page.locator(f'.graphiql-tab-button[title="{name}"]').first.click()
    await _until(lambda: editor_text(page, "operation.graphql"), lambda text: f" {name}" in text)


async def run(page: Page) -> str:
    """Runs what the editors hold, and gives the first answer or update."""
    await page.get_by_role("button", name="Execute query").click()
    return await wait_for_result(page, "{")


async def stop(page: Page) -> None:
    """Stops the running subscription."""
    await page.get_by_role("button", name="Stop query").click()
    await expect(page.get_by_role("button", name="Execute query")).to_be_visible()


async def wait_for_result(page: Page, part: str) -> str:
    """The answer as soon as it contains the part; fails with the last answer if that does not come."""
    return await _until(lambda: result_text(page), lambda text: part in text)


async def result_text(page: Page) -> str:
    """The answer that is shown: JSON, empty while there is none. Of a subscription it is the last update."""
    return await editor_text(page, "response.json")


async def editor_text(page: Page, editor: Editor) -> str:
    """The whole text of one of the four editors."""
    return str(await page.evaluate(_READ, editor))


async def set_variables(page: Page, variables: Mapping[str, object]) -> None:
    """Replaces the variables of the tab."""
    await _write(page, "variables.json", json.dumps(variables))


async def set_headers(page: Page, headers: Mapping[str, str]) -> None:
    """Replaces the headers of the tab, which win over the token of the top bar."""
    await _write(page, "request-headers.json", json.dumps(headers))


async def set_operation(page: Page, text: str) -> None:
    """Replaces the operation of the tab."""
    await _write(page, "operation.graphql", text)


async def _write(page: Page, editor: Editor, text: str) -> None:
    await page.evaluate(_WRITE, [editor, text])


async def _until(read: Callable[[], Awaitable[str]], enough: Callable[[str], bool]) -> str:
    text = ""
    try:
        async with asyncio.timeout(_SECONDS):
            while not enough(text := await read()):
                await asyncio.sleep(_BETWEEN_LOOKS)
    except TimeoutError as error:
        raise AssertionError(f"the page still shows: {text}") from error
    return text
