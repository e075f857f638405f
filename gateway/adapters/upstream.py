"""Receipts over HTTP: one POST each, signed as Standard Webhooks has it.

The id of a message is its key at the other side. Whatever comes back is turned into a word of the port: the
other side may be slow, broken or rude, and none of it is an exception here.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import httpx

from domain.upstream import Delivered, Message, Undelivered
from gateway.adapters.signatures import signature, signing_key

MOST_BYTES: Final = 64 * 1024
"""Of an answer are read, and thrown away: what counts is its status."""

READ_SECONDS: Final = 1.0
"""For so long the rest of an answer is waited for, after its status."""

LONGEST_AFTER_SECONDS: Final = 3600.0
"""For no longer a Retry-After is obeyed."""

_PATIENT: Final = frozenset({httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE})


class Webhook:
    """The upstream system behind one address.

    Args:
        url: Where receipts are posted to.
        secret: ``whsec_<base64>``, shared with the other side.
        clock: Tells the time of each try, by which the other side knows an old one.
        timeout_seconds: For everything, from connecting to the status of the answer.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        clock: Callable[[], datetime],
        *,
        timeout_seconds: float = 10.0,
    ) -> None:
        self._url = url
        self._key = signing_key(secret)
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._http = httpx.AsyncClient(
            timeout=timeout_seconds,
            follow_redirects=False,
            # A proxy of the environment is for the world outside, and does not know this machine's own ports.
            mounts={"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def deliver(self, message: Message) -> Delivered | Undelivered:
        """Post a message once; what came of it within the bounded time."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                response = await self._post(message)
        except (TimeoutError, httpx.TimeoutException):
            return Undelivered(f"no answer within {self._timeout_seconds:g} s")
        except httpx.ConnectError:
            return Undelivered("no connection")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Undelivered(f"the connection broke off ({type(error).__name__})")
        await _finish(response)
        return self._judged(response)

    async def _post(self, message: Message) -> httpx.Response:
        """The answer, once its status is there."""
        body = json.dumps(message.body, separators=(",", ":")).encode()
        request = self._http.build_request(
            "POST", self._url, content=body, headers=self._headers(message, body)
        )
        return await self._http.send(request, stream=True)

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        id_, timestamp = webhook_id(message.id), int(self._clock().timestamp())
        return {
            "content-type": "application/json",
            "user-agent": "OneVisit",
            "webhook-id": id_,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._key, id_, timestamp, body),
        }

    def _judged(self, response: httpx.Response) -> Delivered | Undelivered:
        status = f"HTTP {response.status_code}"
        if response.is_success:
            return Delivered(status)
        if response.status_code in _PATIENT:
            return Undelivered(status, after_seconds=self._after(response.headers.get("retry-after", "")))
        return Undelivered(status, final=response.status_code == httpx.codes.GONE)

    def _after(self, said: str) -> float | None:
        """For how long to leave it alone: the header has seconds, or an instant; null of anything else."""
        if re.fullmatch("[0-9]{1,9}", said.strip()):
            return min(float(said), LONGEST_AFTER_SECONDS)
        try:
            seconds = (parsedate_to_datetime(said).astimezone(UTC) - self._clock()).total_seconds()
        except (ValueError, OverflowError):
            return None
        return min(max(seconds, 0.0), LONGEST_AFTER_SECONDS)


def webhook_id(id_: str) -> str:
    """The id as a header can carry it, and without full stops, which separate what is signed."""
    return quote(id_, safe="/").replace(".", "%2E")


async def _finish(response: httpx.Response) -> None:
    """Read a short answer to its end, so that the connection serves again; a long or slow one is cut off."""
    read = 0
    async with contextlib.aclosing(response):
        with contextlib.suppress(TimeoutError, httpx.HTTPError):
            async with asyncio.timeout(READ_SECONDS):
                async for part in response.aiter_raw():
                    read += len(part)
                    if read > MOST_BYTES:
                        break
