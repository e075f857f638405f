"""Calling back: events to every hub that wants them, signed, and sent again while nobody takes them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from gateway.simulator.record import Record
from gateway.simulator.script import Behaviour

log = logging.getLogger("onevisit.simulator")

TRIES: Final = 6
FIRST_PAUSE_SECONDS: Final = 0.5


class Callbacks:
    """Sends events; one object a server."""

    def __init__(self, record: Record, secret: str | None) -> None:
        self._record = record
        self._secret = secret
        self._http = httpx.AsyncClient(timeout=5, trust_env=False)
        self._sending: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Stop sending."""
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._http.aclose()

    def tell(self, api: str, name: str, key: str, thing: Mapping[str, Any], behaviour: Behaviour) -> None:
        """An event for every hub of the API that asked for its kind, as often as the script says."""
        word = {"serviceTest": "ServiceTest"}.get(name, name.capitalize())
        kind = f"{word}StateChangeEvent"
        event = {
            "eventId": secrets.token_hex(8),
            "eventTime": datetime.now(UTC).isoformat(),
            "eventType": kind,
            "correlationId": key,
            "event": {name: {k: v for k, v in thing.items() if not k.startswith("_")}},
        }
        for hub in self._record.all(f"{api}/hub"):
            if kind in hub.get("query", kind) or not hub.get("query"):
                for _ in range(2 if behaviour.double else 1):
                    task = asyncio.create_task(self._send(hub["callback"], event, behaviour))
                    self._sending.add(task)
                    task.add_done_callback(self._sending.discard)

    async def _send(self, callback: str, event: dict[str, Any], behaviour: Behaviour) -> None:
        kind = event["eventType"]
        url = f"{callback.rstrip('/')}/listener/{kind[0].lower()}{kind[1:]}"
        body = json.dumps(event, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            **self._signature(body, wrong=behaviour.wrong_signature),
        }
        for attempt in range(TRIES):
            try:
                answer = await self._http.post(url, content=body, headers=headers)
                status = str(answer.status_code)
                taken = answer.status_code < 500  # noqa: PLR2004 - below it nobody wants it again
            except httpx.TransportError as error:
                status, taken = type(error).__name__, False
            self._record.did("CALLED_BACK", event["correlationId"], event=event["eventId"], status=status)
            if taken:
                return
            await asyncio.sleep(FIRST_PAUSE_SECONDS * 2**attempt)

    def _signature(self, body: bytes, *, wrong: bool) -> dict[str, str]:
        if self._secret is None:
            return {}
        secret = "wrong" if wrong else self._secret
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature-256": f"sha256={digest}"}
