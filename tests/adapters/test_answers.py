"""Answers of servers that misbehave on the wire: what is none is an outage, said in a sentence that can be acted on."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from domain.network import Finished, NetworkUnavailableError
from domain.values import ReportOutcome
from gateway.adapters import tmf_client
from gateway.adapters.answers import read_json
from gateway.adapters.breaker import Breaker
from gateway.adapters.tmf_client import Access, TmfClient
from gateway.adapters.tmf_network import Paths, TmfNetwork
from tests.adapters.systems import answering, request

Speak = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
SECRET = "Bearer tops3cret-token"  # noqa: S105 - of nobody
IN_TIME = Access("", timeout_seconds=0.3)


@asynccontextmanager
async def speaking(speak: Speak, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """The address of a server that says what it likes to each request."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await speak(await reader.readuntil(b"\r\n\r\n"), writer)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls) as server:
        host, port = ("localhost", server.sockets[0].getsockname()[1])
        yield f"{'https' if tls else 'http'}://{host}:{port}"


def whole(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def saying(answer: bytes) -> Speak:
    async def speak(_asked: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return speak


async def dripping(_asked: bytes, writer: asyncio.StreamWriter) -> None:
    """One byte now and then: no single wait is long."""
    writer.write(whole(b"x" * 100)[:-100])
    for _ in range(50):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def silent(_asked: bytes, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def got(speak: Speak, access: Access = IN_TIME) -> object:
    """The body of the answer to one question."""
    async with speaking(speak) as url:
        client = TmfClient(replace(access, url=url))
        try:
            return (await client.get("/x")).body
        finally:
            await client.close()


@pytest.mark.parametrize("speak", [silent, dripping])
async def test_an_answer_must_be_whole_in_time(speak: Speak) -> None:
    began = time.monotonic()

    with pytest.raises(NetworkUnavailableError, match=r"GET /x got no whole answer within 0.3 s"):
        await got(speak)

    assert time.monotonic() - began < 2


async def test_all_requests_of_one_question_end_in_time_together() -> None:
    calls: list[bytes] = []

    async def slow(asked: bytes, writer: asyncio.StreamWriter) -> None:
        calls.append(asked)
        await asyncio.sleep(0.2)
        writer.write(whole(b"[]"))

    async with speaking(slow) as url:
        client = TmfClient(Access(url, timeout_seconds=0.3))
        network = TmfNetwork(client, "tmf640", Paths("/a", "/t"))
        with pytest.raises(NetworkUnavailableError, match=r"N1#Q1 got no whole answer within 0.3 s"):
            await network.look(request("N1#Q1"))
        await network.close()

    assert len(calls) == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "got no answer"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "got no answer"),
        (whole(b"x" * 90)[:-80], "got no answer"),
        (whole(b"{}", "Content-Encoding: gzip"), "got no answer"),
        (whole(b"<h1>Sign in</h1>", "Content-Type: text/html"), r"200 with text/html, not JSON: <h1>Sign in"),
        (whole(b'{"a":'), "with no content type, not JSON"),
        (whole(b'{"a": "\xff"}'), "not JSON"),
        (whole(b"[" * 100_000), "not JSON"),
        (whole(b"", "Location: http://elsewhere.example/", status="302 Found"), "HTTP 302"),
        (whole(b"down\r\n for\t repair", status="503 No"), "HTTP 503: down for repair"),
        (whole(b"{}", status="401 No"), "look at ONEVISIT_NMS_AUTHORIZATION"),
        (whole(b"{}", status="403 No"), "look at ONEVISIT_NMS_AUTHORIZATION"),
    ],
)
async def test_what_is_no_answer_is_an_outage_that_says_what_came(answer: bytes, words: str) -> None:
    with pytest.raises(NetworkUnavailableError, match=words):
        await got(saying(answer))


async def test_an_answer_may_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tmf_client, "LONGEST_ANSWER", 1000)

    assert await got(saying(whole(b" " * 998 + b"[]"))) == []
    with pytest.raises(NetworkUnavailableError, match="more than 1000 bytes"):
        await got(saying(whole(b" " * 999 + b"[]")))


async def test_an_answer_without_an_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    async def endless(_asked: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b" " * 1000)
            await writer.drain()
            await asyncio.sleep(0.01)

    monkeypatch.setattr(tmf_client, "LONGEST_ANSWER", 5000)

    with pytest.raises(NetworkUnavailableError, match="more than 5000 bytes"):
        await got(endless, Access("", timeout_seconds=5))


async def test_no_more_of_an_answer_is_shown_than_can_be_read() -> None:
    with pytest.raises(NetworkUnavailableError) as outage:
        await got(saying(whole(b"x" * 5000, status="500 No")))

    assert len(str(outage.value)) < 300


async def test_our_secret_goes_along_and_comes_back_in_no_message() -> None:
    heard: list[bytes] = []

    async def repeat(asked: bytes, writer: asyncio.StreamWriter) -> None:
        heard.append(asked)
        writer.write(whole(b"you sent " + asked, status="500 No"))

    with pytest.raises(NetworkUnavailableError) as outage:
        await got(repeat, Access("", SECRET))

    assert f"Authorization: {SECRET}".encode() in heard[0]
    assert "tops3cret" not in str(outage.value)
    assert "authorization: ***" in str(outage.value).lower()


async def test_our_secret_is_in_no_refusal_either() -> None:
    said = {"message": f"{SECRET} may not do this"}
    network = answering(lambda _: httpx.Response(400, json=said), authorization=SECRET)

    answer = await network.send(request())

    assert isinstance(answer, Finished)
    assert answer.failure == "*** may not do this"


@pytest.mark.parametrize(("said", "seconds"), [("7", 7), ("86400", 60), ("Wed, 21 Oct 2026", None)])
async def test_a_system_that_says_when_to_come_back_is_left_alone_until_then(
    said: str, seconds: float | None
) -> None:
    with pytest.raises(NetworkUnavailableError) as outage:
        await got(saying(whole(b"", f"Retry-After: {said}", status="503 No")))

    assert (outage.value.asked, outage.value.after_seconds) == (True, seconds)


async def test_a_proxy_that_says_busy_in_html_says_busy() -> None:
    network = answering(lambda _: httpx.Response(429, text="<h1>Too many requests</h1>"))

    answer = await network.send(request())

    assert isinstance(answer, Finished)
    assert (answer.outcome, answer.failure) == (ReportOutcome.NOT_READY, "HTTP 429")


async def test_who_was_cut_off_while_it_tried_leaves_the_others_waiting() -> None:
    breaker = Breaker(most=1)
    async with speaking(silent) as url:
        client = TmfClient(Access(url), breaker)
        asking = asyncio.create_task(client.get("/x"))
        await asyncio.sleep(0.05)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await client.close()

    assert breaker.wait_seconds() > 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": "x\\u0000y"}', {"a": "xy"}),
        ('["\\ud83d", "\\ud83d\\ude00"]', ["?", "😀"]),
        ('{"\\u0000a": [{"b": "\\udc00"}]}', {"a": [{"b": "?"}]}),
        (
            "[1e999, -Infinity, NaN, 1.5, 12345678901234567890123]",
            ["1e999", "-Infinity", "NaN", 1.5, 12345678901234567890123],
        ),
    ],
)
def test_what_no_database_holds_is_not_in_an_answer(text: str, value: object) -> None:
    assert read_json(text.encode()) == value


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost with its key, in one file, which is its own authority."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not there to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    key, cert, both = folder / "key.pem", folder / "cert.pem", folder / "both.pem"
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    made += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(made, check=True, capture_output=True)
    both.write_bytes(cert.read_bytes() + key.read_bytes())
    return both


async def over_tls(certificate: Path, access: Access) -> object:
    """What a server that asks for certificates of clients answers."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certificate))
    tls.load_cert_chain(certificate)
    tls.verify_mode = ssl.CERT_REQUIRED
    async with speaking(saying(whole(b"[]")), tls) as url:
        client = TmfClient(replace(access, url=url))
        try:
            return (await client.get("/x")).body
        finally:
            await client.close()


async def test_both_sides_show_their_certificates(certificate: Path) -> None:
    file = str(certificate)

    assert await over_tls(certificate, Access("https:", None, 5, file, file)) == []


async def test_a_side_without_a_certificate_or_with_a_strange_one_is_not_talked_to(certificate: Path) -> None:
    file = str(certificate)

    with pytest.raises(NetworkUnavailableError, match="got no answer"):
        await over_tls(certificate, Access("https:", None, 5, file))
    with pytest.raises(NetworkUnavailableError, match="CERTIFICATE_VERIFY_FAILED"):
        await over_tls(certificate, Access("https:", None, 5, None, file))
