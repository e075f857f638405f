"""Calling back: events to every hub that wants them, signed, and sent again while nobody takes them.

What is still to be sent is in the record, so a new process sends it. Events of one key are first sent one after the
other, in the order in which they were told; one that was not taken comes again when it can.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import secrets
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from gateway.simulator.answers import bad_field
from gateway.simulator.behaviour import Behaviour
from gateway.simulator.record import Record, Thing, now

PAUSES_SECONDS: Final = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Between the tries of one event."""
ANSWER_SECONDS: Final = 5.0
AT_ONCE: Final = 16
"""So many events are on their way at a time; a client's pool grows slow with thousands that wait for a connection."""
SIGNATURE: Final = "X-Hub-Signature-256"
_OUT: Final = "callback"
_EVENT_NAME: Final = re.compile(r"\b[A-Za-z]+Event\b")


@dataclass(frozen=True, slots=True)
class News:
    """Something that hubs of an API may want to know: an event of type ``kind``, with the thing as its ``name``."""

    api: str
    kind: str
    name: str
    key: str
    thing: Thing


class Hubs:
    """Who listens to which API, and what is on its way there. One object a server."""

    def __init__(self, record: Record, secret: str | None) -> None:
        self._record = record
        self._secret = secret
        self._http = httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False)
        self._places = asyncio.Semaphore(AT_ONCE)
        self._lanes: dict[tuple[str, str], deque[Thing]] = {}
        self._sending: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Send what a process before left unsent."""
        for posting in self._record.all(_OUT):
            self._queue(posting)

    async def stop(self) -> None:
        """Stop sending; what is unsent stays in the record."""
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._http.aclose()

    def subscribe(self, api: str, body: Thing) -> Thing:
        """Register a listener. A second one with the same address is a second one."""
        callback, query = body.get("callback"), body.get("query") or ""
        if not isinstance(callback, str) or urlsplit(callback).scheme not in {"http", "https"}:
            raise bad_field("callback", "is no http or https address")
        if not isinstance(query, str):
            raise bad_field("query", "is no text, such as eventType=ServiceStateChangeEvent")
        hub = {"id": secrets.token_hex(3), "callback": callback, "query": query}
        self._record.put(f"{api}/hub", hub)
        return hub

    def tell(self, news: News, behaviour: Behaviour) -> None:
        """An event for every hub of the API that asked for its kind, as often as the script says."""
        event = _envelope(news)
        for hub in self._record.all(f"{news.api}/hub"):
            wanted = set(_EVENT_NAME.findall(hub["query"]))
            if wanted and news.kind not in wanted:
                continue
            for _ in range(2 if behaviour.double else 1):
                posting = {
                    "id": secrets.token_hex(8),
                    "to": hub["callback"],
                    "event": event,
                    "forged": behaviour.wrong_signature,
                }
                self._record.put(_OUT, posting)
                self._queue(posting)

    def _queue(self, posting: Thing) -> None:
        lane = (posting["to"], posting["event"]["correlationId"])
        if lane in self._lanes:
            self._lanes[lane].append(posting)
            return
        self._lanes[lane] = deque([posting])
        self._begin(self._run(lane))

    async def _run(self, lane: tuple[str, str]) -> None:
        """Try each event in turn; one that is not taken comes again later and holds up no other."""
        waiting = self._lanes[lane]
        while waiting:
            posting = waiting.popleft()
            if await self._post(posting):
                self._record.remove(_OUT, posting["id"])
            else:
                self._begin(self._retry(posting))
        del self._lanes[lane]

    async def _retry(self, posting: Thing) -> None:
        """Until it is taken with a 2xx, or nobody is thought to want it."""
        for pause in PAUSES_SECONDS:
            await asyncio.sleep(pause)
            if await self._post(posting):
                break
        else:
            self._did("GAVE_UP", posting)
        self._record.remove(_OUT, posting["id"])

    def _begin(self, sending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(sending)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _post(self, posting: Thing) -> bool:
        body = json.dumps(posting["event"], ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", **self._signature(body, forged=posting["forged"])}
        try:
            async with self._places:
                answer = await self._http.post(_address(posting), content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._did("CALLED_BACK", posting, status=type(error).__name__)
            return False
        self._did("CALLED_BACK", posting, status=answer.status_code)
        return answer.is_success

    def _did(self, done: str, posting: Thing, **more: Any) -> None:
        event = posting["event"]
        known = {"event": event["eventId"], "type": event["eventType"], **more}
        self._record.did(done, event["correlationId"], method="POST", path=_address(posting), **known)

    def _signature(self, body: bytes, *, forged: bool) -> dict[str, str]:
        if self._secret is None and not forged:
            return {}
        secret = secrets.token_hex() if forged or self._secret is None else self._secret
        return {SIGNATURE: f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"}


def _address(posting: Thing) -> str:
    kind = posting["event"]["eventType"]
    return f"{posting['to'].rstrip('/')}/listener/{kind[0].lower()}{kind[1:]}"


def _envelope(news: News) -> Thing:
    at = now()
    return {
        "eventId": secrets.token_hex(8),
        "eventTime": at,
        "timeOcurred": at,  # the standard's own spelling
        "eventType": news.kind,
        "correlationId": news.key,
        "domain": news.api,
        "title": news.kind,
        "description": f"{news.name} {news.thing['id']} is {news.thing.get('state', 'changed')}",
        "priority": "0",
        "event": {news.name: shown(news.thing)},
    }


def shown(thing: Thing) -> Thing:
    """A thing without what is the simulator's own business."""
    return {name: value for name, value in thing.items() if not name.startswith("_")}
