"""``onevisit receipts`` against a gateway whose upstream takes nothing, and later everything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from schema.node import encode_id
from tests.upstreams import SECRET, Received, Upstream, answer, confirm, upstream
from tests.wire.processes import GatewayProcess, eventually, onevisit
from tests.wire.trade import Trade, order

EXCHANGES = """query { order(number: "N1") { exchanges(first: 20) { edges { node { direction kind status body } } }
  receipts { delivery failure deliveryAttempts nextTryAt } } }"""


@pytest.fixture
async def other() -> AsyncIterator[Upstream]:
    async def gone(_received: Received) -> bytes:
        return answer(410)

    async with upstream(gone) as made:
        yield made


@pytest.fixture
async def gateway(tmp_path: Path, other: Upstream) -> AsyncIterator[GatewayProcess]:
    settings = {"ONEVISIT_UPSTREAM_URL": other.url, "ONEVISIT_UPSTREAM_SECRET": SECRET}
    made = GatewayProcess(f"sqlite:///{tmp_path / 'onevisit.db'}", environment=settings)
    yield await asyncio.to_thread(made.start, tmp_path)
    await asyncio.to_thread(made.stop)


async def typed(gateway: GatewayProcess, *words: str) -> tuple[int, list[str]]:
    done = await asyncio.to_thread(onevisit, "receipts", *words, "--url", gateway.url)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout.splitlines()


async def suspended(trade: Trade, *numbers: str) -> None:
    for number in numbers:
        await trade.intake(order(number, "CAMERA", "金水区文化路85号", action="SUSPEND"))
        await trade.answer_network(number)


async def both(gateway: GatewayProcess, delivery: str) -> bool:
    return (await typed(gateway, "--delivery", delivery))[1][-1] == "2 receipts."


async def test_a_dead_letter_is_seen_with_its_reason_and_sent_again_on_the_operator_s_word(
    gateway: GatewayProcess, other: Upstream
) -> None:
    trade = await Trade([gateway.url]).prepare()
    await suspended(trade, "N1", "N2")

    await eventually(lambda: both(gateway, "dead"), 30)
    code, lines = await typed(gateway, "--order", "N1")
    assert code == 0
    assert lines[1].split()[:5] == ["N1", "COMPLETION", "1", "DEAD", "1"]
    assert lines[1].endswith("HTTP 410")

    other.script = confirm
    known, strange = encode_id("Receipt", "N2/1/COMPLETION"), "N9/1/COMPLETION"
    assert await typed(gateway, "--replay", "N1/1/COMPLETION", known, strange) == (
        1,
        ["N1/1/COMPLETION: is sent again", "N2/1/COMPLETION: is sent again", "N9/1/COMPLETION: not found"],
    )
    await eventually(lambda: both(gateway, "acknowledged"), 30)
    assert await typed(gateway, "--replay", known) == (
        0,
        ["N2/1/COMPLETION: was not dead; it is ACKNOWLEDGED as before"],
    )
    assert await typed(gateway, "--replay-dead") == (0, ["No dead letters."])
    found = await trade.dispatcher.one(EXCHANGES)
    tries = [edge["node"] for edge in found["exchanges"]["edges"] if edge["node"]["direction"] == "REPLY"]
    assert [line["status"] for line in tries] == ["HTTP 204", "HTTP 410", "PENDING"]
    assert tries[0]["body"]["data"]["verdicts"]["ACTIVATION"] == "SUCCEEDED"
    assert found["receipts"] == [
        {"delivery": "ACKNOWLEDGED", "failure": None, "deliveryAttempts": 1, "nextTryAt": None}
    ]
    await trade.close()


@pytest.mark.parametrize(
    "words",
    [("--replay", "N1/1/COMPLETION", "--order", "N1"), ("--replay-dead", "--delivery", "pending")],
)
def test_wishes_that_do_not_go_together_are_refused(words: tuple[str, ...]) -> None:
    done = onevisit("receipts", *words)

    assert done.returncode == 2
    assert "--replay takes IDs alone" in done.stderr
