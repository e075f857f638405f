"""A receipt over HTTP: signed as Standard Webhooks has it, and whatever comes back is a word of the port."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from email.utils import format_datetime

import pytest

from domain.upstream import Delivered, Message, Undelivered
from gateway.adapters.signatures import signature, signing_key
from gateway.adapters.upstream import MOST_BYTES, Webhook
from tests.arrivals import NOON
from tests.upstreams import SECRET, Received, Script, Upstream, answer, confirm, listening, upstream
from tests.wire.processes import free_port

BODY = {"type": "receipt.completion", "data": {"note": "郑州", "order": "N1"}}
MESSAGE = Message("N1/1/COMPLETION", "receipt.completion", NOON, BODY)


async def deliver(
    url: str, message: Message = MESSAGE, *, times: int = 1, seconds: float = 5
) -> Delivered | Undelivered:
    async with Webhook(url, SECRET, lambda: NOON, timeout_seconds=seconds) as webhook:
        for _ in range(times):
            said = await webhook.deliver(message)
    return said


async def told(script: Script, *, seconds: float = 5) -> tuple[Delivered | Undelivered, Upstream]:
    async with upstream(script) as other:
        return await deliver(other.url, seconds=seconds), other


def saying(said: bytes) -> Script:
    async def script(_received: Received) -> bytes:
        return said

    return script


def test_the_signature_is_that_of_the_specification() -> None:
    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'

    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)

    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_a_receipt_is_posted_with_its_key_its_time_and_a_signature_of_both_and_the_body() -> None:
    said, other = await told(confirm)

    [received] = other.received
    assert said == Delivered("HTTP 204")
    assert (received.method, received.path) == ("POST", "/receipts")
    assert received.headers["content-type"] == "application/json"
    assert received.id == "N1/1/COMPLETION"
    assert received.headers["webhook-timestamp"] == str(int(NOON.timestamp()))
    assert received.signed
    assert received.data == BODY["data"]


async def test_a_key_of_any_characters_becomes_a_header_without_full_stops() -> None:
    async with upstream() as other:
        for number in ("工单 1", "N1.2", "N1\r\nx: y", "N1%2E2"):
            await deliver(other.url, Message(f"{number}/1/COMPLETION", "receipt.completion", NOON, BODY))

    ids = [received.id for received in other.received]
    assert ids[1:] == ["N1%2E2/1/COMPLETION", "N1%0D%0Ax%3A%20y/1/COMPLETION", "N1%252E2/1/COMPLETION"]
    assert ids[0] == "%E5%B7%A5%E5%8D%95%201/1/COMPLETION"
    assert all(received.signed for received in other.received)


async def test_the_connection_is_kept_from_one_receipt_to_the_next() -> None:
    async with upstream(saying(answer(200, b"thank you"))) as other:
        await deliver(other.url, times=3)

    assert (len(other.received), other.connections) == (3, 1)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_every_2xx_is_a_confirmation(status: int) -> None:
    said, _ = await told(saying(answer(status)))

    assert said == Delivered(f"HTTP {status}")


@pytest.mark.parametrize("status", [400, 401, 404, 422, 500, 502, 504])
async def test_any_other_status_is_none(status: int) -> None:
    said, _ = await told(saying(answer(status, b"<html>no</html>", retry_after="7")))

    assert said == Undelivered(f"HTTP {status}")


async def test_gone_is_final() -> None:
    said, _ = await told(saying(answer(410)))

    assert said == Undelivered("HTTP 410", final=True)


AFTER = {
    "7": 7,
    "999999999": 3600,
    "0": 0,
    "soon": None,
    "-3": None,
    "": None,
    "7" * 30: None,
    format_datetime(NOON + timedelta(seconds=90), usegmt=True): 90,
    format_datetime(NOON - timedelta(days=1), usegmt=True): 0,
    format_datetime(NOON + timedelta(days=1), usegmt=True): 3600,
}


@pytest.mark.parametrize(("said", "seconds"), AFTER.items())
@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_upstream_is_left_alone_for_as_long_as_it_asks_and_no_longer_than_an_hour(
    said: str, seconds: float | None, status: int
) -> None:
    became, _ = await told(saying(answer(status, retry_after=said)))

    assert became == Undelivered(f"HTTP {status}", after_seconds=seconds)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async with upstream() as elsewhere:
        said, _ = await told(saying(answer(status, location=elsewhere.url)))

    assert said == Undelivered(f"HTTP {status}")
    assert elsewhere.received == []


async def test_a_confirmation_that_comes_too_late_is_none() -> None:
    async def slow(_received: Received) -> bytes:
        await asyncio.sleep(0.5)
        return answer(200)

    said, other = await told(slow, seconds=0.1)

    assert said == Undelivered("no answer within 0.1 s")
    assert len(other.received) == 1


async def test_an_answer_in_drops_is_given_up_as_a_whole_and_not_each_drop() -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for character in "HTTP/1.1 200 -\r\n" + "x: y\r\n" * 1000:
            writer.write(character.encode())
            await writer.drain()
            await asyncio.sleep(0.01)

    began = time.monotonic()
    async with listening(drip) as port:
        said = await deliver(f"http://127.0.0.1:{port}/", seconds=0.3)

    assert said == Undelivered("no answer within 0.3 s")
    assert time.monotonic() - began < 2


async def test_of_a_huge_answer_no_more_than_64_kib_are_read() -> None:
    huge = answer(200, b"x" * (40 << 20))
    async with upstream(saying(huge)) as other:
        said = await deliver(other.url, times=2)

    assert said == Delivered("HTTP 200")
    assert other.connections == 2, "the connection with the rest of it is given up"
    assert MOST_BYTES == 65536


async def test_an_answer_whose_body_never_ends_is_a_confirmation_all_the_same() -> None:
    async with upstream(saying(b"HTTP/1.1 200 -\r\ncontent-length: 10\r\n\r\nx")) as other:
        async with asyncio.timeout(4):
            said = await deliver(other.url)

    assert said == Delivered("HTTP 200")


async def test_what_is_no_http_is_told_in_a_few_words() -> None:
    said, _ = await told(saying(b"* OK IMAP4rev1 ready\r\n\r\n"))

    assert said == Undelivered("the connection broke off (RemoteProtocolError)")


async def test_a_connection_that_is_refused_is_told_as_such() -> None:
    assert await deliver(f"http://127.0.0.1:{free_port()}/") == Undelivered("no connection")


async def test_a_name_that_nobody_has_is_told_as_such() -> None:
    assert await deliver("http://nobody.invalid/") == Undelivered("no connection")


@pytest.mark.parametrize(
    ("secret", "remedy"),
    {
        "hush-hush": "give whsec_ and base64",
        "whsec_hush!": "give whsec_ and base64",
        "whsec_äöü": "give whsec_ and base64",
        "whsec_aHVzaA==": "holds 4 bytes; give 24 to 64",
        "whsec_" + "aHVzaA" * 20: "holds 90 bytes; give 24 to 64",
    }.items(),
)
def test_a_secret_of_another_form_is_told_its_remedy_and_not_shown(secret: str, remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy) as error:
        signing_key(secret)

    assert secret[6:] not in str(error.value)
