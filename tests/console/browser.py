"""A Chromium for the tests that need one, and what a page did that it should not have."""

from __future__ import annotations

import os
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_DOWNLOADED: Final = "chromium-*/chrome-linux*/chrome"
_NONE_THERE: Final = (
    "no Chromium here: install one (its program must be called chromium, chromium-browser or google-chrome), "
    "or run `playwright install chromium`"
)


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome: the first on the search path, else the one that Playwright downloaded."""
    on_path = (shutil.which(program) for program in _PROGRAMS)
    return next((found for found in on_path if found), None) or next(_downloaded(), None)


def _downloaded() -> Iterator[str]:
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "~/.cache/ms-playwright")).expanduser()
    return iter([str(path) for path in sorted(folder.glob(_DOWNLOADED), reverse=True)])


def require_chromium() -> str:
    """The path of a Chromium. Without one the test is skipped with a sentence; in CI it fails with it."""
    found = find_chromium()
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail(_NONE_THERE)
    pytest.skip(_NONE_THERE)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless browser, closed at the end. Root may not use its sandbox, and tests load our own pages alone."""
    executable = require_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        await browser.close()


@dataclass
class Misdeeds:
    """What a page did that a calm, offline page does not: errors, and requests that leave its origin."""

    origin: str
    seen: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, page: Page, url: str) -> Misdeeds:
        """Watches a page from now on. A violation of the content security policy is an error on the console."""
        misdeeds = cls(urlsplit(url).netloc)
        page.on("console", misdeeds._hear)
        page.on("pageerror", lambda error: misdeeds.seen.append(f"error: {error}"))
        page.on("request", misdeeds._follow)
        page.on("websocket", lambda socket: misdeeds._visit(socket.url))
        return misdeeds

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.seen.append(f"{message.type}: {message.text}")

    def _follow(self, request: Request) -> None:
        self._visit(request.url)

    def _visit(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != self.origin:
            self.seen.append(f"request: {url}")
