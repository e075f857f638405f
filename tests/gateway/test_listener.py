"""The listener keeps what known senders send, refuses strangers, and answers whatever comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from domain.callbacks import LARGEST_BODY, CallbackStatus, Received
from gateway import listener
from gateway.listener import Allowance, Listener, listener_token, listener_url
from gateway.settings import read_settings
from tests.events import as_body, signed, state_change
from tests.make import NOON

GATEWAY_SECRET = "g" * 32
SECRET = "n" * 32
TOKEN = listener_token(GATEWAY_SECRET)
PATH = f"/nms/{TOKEN}"
EVENT = as_body(state_change("N1#A1"))


class Records:
    """What was kept; ``trouble`` is raised instead, ``hang`` waits for ever."""

    def __init__(self) -> None:
        self.kept: list[Received] = []
        self.trouble: Exception | None = None
        self.hang = False

    async def record(self, received: Received) -> bool:
        if self.trouble is not None:
            raise self.trouble
        if self.hang:
            await asyncio.Event().wait()
        self.kept.append(received)
        return True


class Door:
    """A listener behind HTTP, its records, and how often it rang."""

    def __init__(self, secret: str | None = SECRET) -> None:
        self.records, self.rings = Records(), 0
        self.listener = Listener(self.records, TOKEN, secret, lambda: NOON, self._ring)
        transport = httpx.ASGITransport(Starlette(routes=[*self.listener.routes()]))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://gateway")

    def _ring(self) -> None:
        self.rings += 1

    async def post(self, body: bytes = EVENT, path: str = PATH, **headers: str) -> httpx.Response:
        return await self.http.post(path, content=body, headers=headers)

    async def send(self, body: bytes = EVENT, path: str = PATH) -> httpx.Response:
        async with asyncio.timeout(10):
            return await self.http.post(path, content=body, headers=signed(body, SECRET))

    def findings(self) -> list[Any]:
        return [(kept.finding.status if kept.finding else None) for kept in self.records.kept]


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    made = Door()
    yield made
    await made.http.aclose()


@pytest.fixture
async def open_door() -> AsyncIterator[Door]:
    """One without a secret: the path alone says who calls."""
    made = Door(None)
    yield made
    await made.http.aclose()


async def test_a_signed_callback_is_kept_as_it_came_and_rung_for(door: Door) -> None:
    answer = await door.send(path=f"{PATH}/listener/serviceStateChangeEvent")

    [kept] = door.records.kept
    assert (answer.status_code, answer.content) == (204, b"")
    assert (kept.event, kept.event_id, kept.body) == ("serviceStateChangeEvent", "e1", EVENT.decode())
    assert (kept.at, kept.finding, door.rings) == (NOON, None, 1)


async def test_at_the_bare_path_the_event_says_its_own_name(open_door: Door) -> None:
    answer = await open_door.post()

    assert answer.status_code == 204
    assert [kept.event for kept in open_door.records.kept] == ["ServiceStateChangeEvent"]


async def test_a_signature_may_be_written_in_capitals(door: Door) -> None:
    headers = {name: value.upper() for name, value in signed(EVENT, SECRET).items()}

    answer = await door.http.post(PATH, content=EVENT, headers=headers)

    assert answer.status_code == 204


@pytest.mark.parametrize("token", ["x", TOKEN[:-1], f"{TOKEN}x", "%E7%BD%91", "%00", "%FF"])
async def test_another_path_is_not_there_and_leaves_no_record(door: Door, token: str) -> None:
    answer = await door.send(path=f"/nms/{token}")

    assert (answer.status_code, answer.text) == (404, "Not Found")
    assert door.records.kept == []


async def test_only_post_is_served(door: Door) -> None:
    answer = await door.http.get(PATH)

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


SIGNATURES = {
    "missing": {},
    "empty": {"X-Hub-Signature-256": ""},
    "of another secret": signed(EVENT, "w" * 32),
    "of another body": signed(b"{}", SECRET),
    "no hex": {"X-Hub-Signature-256": "sha256=\xe9"},
    "of another kind": {"X-Hub-Signature": signed(EVENT, SECRET)["X-Hub-Signature-256"]},
    "without its kind": {"X-Hub-Signature-256": signed(EVENT, SECRET)["X-Hub-Signature-256"][7:]},
}


@pytest.mark.parametrize("name", SIGNATURES)
async def test_a_stranger_is_refused_and_what_it_sent_has_no_id_and_rings_for_nobody(
    door: Door, name: str
) -> None:
    headers = [(key.encode(), value.encode("latin-1")) for key, value in SIGNATURES[name].items()]

    answer = await door.http.post(PATH, content=EVENT, headers=headers)

    [kept] = door.records.kept
    assert answer.status_code == 401
    assert "X-Hub-Signature-256" in answer.text
    assert SECRET not in answer.text
    assert (door.findings(), kept.event_id, door.rings) == ([CallbackStatus.FORGED], None, 0)


async def test_of_a_flood_of_strangers_little_is_kept_and_the_rest_is_counted(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    answers = [await door.post(b"x" * 5000) for _ in range(100)]
    door.listener.tell_forged()
    door.listener.tell_forged()

    kept = door.records.kept
    counts = [record.__dict__["count"] for record in caplog.records if "count" in record.__dict__]
    assert {answer.status_code for answer in answers} == {401}
    assert [len(one.body) for one in kept] == [1024] * 10
    assert kept[0].finding is not None
    assert "the first 1024 of 5000 bytes are kept" in kept[0].finding.note
    assert counts == [90]


async def test_strangers_keep_nobody_else_out(door: Door) -> None:
    for _ in range(20):
        await door.post()

    assert (await door.send()).status_code == 204


async def test_each_minute_has_its_own_allowance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "MINUTE", 0.05)
    allowance = Allowance(1)
    first = [allowance.take() for _ in range(3)]

    await asyncio.sleep(0.06)

    assert (first, allowance.take(), allowance.taken_back()) == ([True, False, False], True, 2)


UNREADABLE = {
    "no JSON": (b"<html>busy</html>", "the body is no JSON"),
    "empty": (b"", "the body is no JSON"),
    "NUL": (b'{"eventId": "e\0"}', "no UTF-8, or NUL"),
    "NUL alone": (b"\0", "no UTF-8, or NUL"),
    "no UTF-8": (b'{"eventId": "\xff"}', "no UTF-8, or NUL"),
    "half of a character": (b'{"eventId": "\\ud800"}', "the body is no JSON"),
    "nested 100,000 deep": (b"[" * 100_000, "the body is no JSON"),
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_what_is_no_json_is_taken_and_kept_as_unreadable(door: Door, name: str) -> None:
    body, note = UNREADABLE[name]

    answer = await door.send(body)

    [kept] = door.records.kept
    assert answer.status_code == 204
    assert kept.finding is not None
    assert (kept.finding.status, note in kept.finding.note) == (CallbackStatus.UNREADABLE, True)
    assert "\0" not in kept.body


ODD: dict[str, tuple[bytes, str | None]] = {
    "a list": (b"[1]", None),
    "nested 1,000 deep": (b"[" * 1000 + b"]" * 1000, None),
    "an id that is a number": (b'{"eventId": 7}', None),
    "an id without end": (as_body({"eventId": "x" * 201}), None),
    "an id with NUL": (b'{"eventId": "a\\u0000"}', None),
    "names of another kind": (b'{"eventId": "e1", "eventType": {"a": 1}}', "e1"),
}


@pytest.mark.parametrize("name", ODD)
async def test_whatever_is_json_is_kept_for_the_reader(door: Door, name: str) -> None:
    body, event_id = ODD[name]

    answer = await door.send(body)

    [kept] = door.records.kept
    assert (answer.status_code, kept.body, kept.event_id) == (204, body.decode(), event_id)
    assert kept.finding is None


async def test_the_name_of_an_event_is_bounded_and_storable(door: Door) -> None:
    await door.send(path=f"{PATH}/listener/{'x' * 500}%00")

    assert [len(kept.event) for kept in door.records.kept] == [200]


async def test_the_largest_callback_is_taken_and_a_larger_one_refused(door: Door) -> None:
    largest = as_body("x" * (LARGEST_BODY - 2))

    taken, refused = await door.send(largest), await door.send(largest + b" ")

    assert (taken.status_code, refused.status_code) == (204, 413)
    assert [len(kept.body) for kept in door.records.kept] == [LARGEST_BODY]


async def test_while_the_database_is_away_the_sender_is_told_to_send_again(door: Door) -> None:
    door.records.trouble = OSError("away")

    answer = await door.send()
    door.records.trouble = None
    again = await door.send()

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert (again.status_code, door.rings) == (204, 1)


async def test_a_database_that_hangs_is_not_waited_for(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "STORE_SECONDS", 0.05)
    door.records.hang = True

    assert (await door.send()).status_code == 503


async def test_few_wait_for_a_database_that_hangs(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "STORE_SECONDS", 0.2)
    monkeypatch.setattr(listener, "MOST_WRITING", 1)
    door.records.hang = True
    waiting = asyncio.create_task(door.send())
    await asyncio.sleep(0.05)
    door.records.hang = False

    refused, first = await door.send(), await waiting

    assert (refused.status_code, first.status_code, door.records.kept) == (503, 503, [])


async def test_a_stranger_hears_the_same_while_the_database_is_away(door: Door) -> None:
    door.records.trouble = OSError("away")

    assert (await door.post()).status_code == 401


async def test_a_body_that_does_not_come_is_not_waited_for(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "BODY_SECONDS", 0.05)

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(5)

    answer = await door.http.post(PATH, content=slow())

    assert answer.status_code == 408
    assert door.records.kept == []


def test_the_path_is_the_same_in_every_process_and_tells_nothing_of_the_secret() -> None:
    again, others = listener_token(GATEWAY_SECRET), listener_token(GATEWAY_SECRET + "x")

    assert again == TOKEN != others
    assert len(TOKEN) == 40
    assert GATEWAY_SECRET[:8] not in TOKEN


URLS = {"https://gw.example": "https://gw.example", "https://gw.example/a/": "https://gw.example/a"}


@pytest.mark.parametrize("given", URLS)
def test_hubs_are_told_the_address_that_the_listener_has(given: str) -> None:
    url: Callable[[dict[str, str]], str | None] = lambda known: listener_url(  # noqa: E731 - a short name
        read_settings(known), GATEWAY_SECRET
    )

    assert url({"ONEVISIT_NMS_CALLBACK_URL": given}) == f"{URLS[given]}/nms/{TOKEN}"
    assert url({}) is None
