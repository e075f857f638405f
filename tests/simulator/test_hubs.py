"""Callbacks of the simulated network: to whom, in which order, signed, and sent again."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterator

import pytest

from gateway.simulator import hubs, services
from tests.simulator.caller import MONITORS, TESTS, Caller, soon
from tests.simulator.listener import Callback, Listener

QUICK = {"delay_seconds": 0.05}
SECRET = "a-secret-for-tests-" + "1" * 8


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as one:
        yield one


async def taken(nms: Caller, listener: Listener, count: int, kind: str = "") -> list[Callback]:
    """The callbacks of a kind, when there are so many, and when the record says so as well."""

    async def enough() -> list[Callback] | None:
        found = listener.taken(kind)
        told = [one for one in nms.record("CALLED_BACK") if kind in one["type"]]
        return found if len(found) >= count and len(told) >= count else None

    return await soon(enough)


async def test_an_activation_is_told_by_its_service_and_by_its_monitor(listener: Listener) -> None:
    async with Caller(QUICK) as nms:
        await nms.listen(listener.url)
        made = await nms.active("N1#A1", vlan=2101)
        told = await taken(nms, listener, 3)

    assert [(one.path, one.state) for one in told] == [
        ("/nms/listener/serviceCreateEvent", "reserved"),
        ("/nms/listener/monitorStateChangeEvent", "Completed"),
        ("/nms/listener/serviceStateChangeEvent", "active"),
    ]
    envelope = told[-1].body
    assert envelope["event"] == {"service": made}
    assert (envelope["correlationId"], envelope["eventType"]) == ("N1#A1", "ServiceStateChangeEvent")
    assert len({one.body["eventId"] for one in told}) == 3


async def test_a_test_is_told_when_it_begins_and_when_it_ends(listener: Listener) -> None:
    async with Caller(QUICK) as nms:
        await nms.listen(listener.url, "eventType=ServiceTestStateChangeEvent")
        await nms.active("N1#A1")
        await nms.measured("N1#Q1", "speed")
        told = await taken(nms, listener, 2)

    assert [one.state for one in told] == ["inProgress", "completed"]
    assert [one.body["correlationId"] for one in told] == ["N1#Q1/speed"] * 2
    assert "testMeasure" in told[-1].body["event"]["serviceTest"]


async def test_a_hub_hears_only_the_events_that_it_named(listener: Listener) -> None:
    async with Caller(QUICK) as nms:
        await nms.listen(listener.url, "eventType=MonitorStateChangeEvent,eventType=ServiceDeleteEvent")
        made = await nms.active("N1#A1")
        await nms.http.delete(made["href"])
        told = await taken(nms, listener, 2)

    assert {one.body["eventType"] for one in told} == {"MonitorStateChangeEvent", "ServiceDeleteEvent"}


async def test_a_hub_that_is_gone_hears_nothing(listener: Listener) -> None:
    async with Caller(QUICK) as nms:
        await nms.listen(listener.url)
        (hub,) = await nms.read(f"{services.BASE}/hub")
        deleted = await nms.http.delete(f"{services.BASE}/hub/{hub['id']}")
        await nms.active("N1#A1")

    assert (deleted.status_code, listener.callbacks) == (204, [])


async def test_callbacks_are_signed_over_the_very_bytes(listener: Listener) -> None:
    async with Caller(QUICK, secret=SECRET) as nms:
        await nms.listen(listener.url)
        await nms.active("N1#A1", name="中原路")
        told = await taken(nms, listener, 3)

    for one in told:
        digest = hmac.new(SECRET.encode(), one.raw, hashlib.sha256).hexdigest()
        assert one.headers["x-hub-signature-256"] == f"sha256={digest}"


async def test_without_a_secret_nothing_is_signed(listener: Listener) -> None:
    async with Caller(QUICK) as nms:
        await nms.listen(listener.url)
        await nms.active("N1#A1")
        told = await taken(nms, listener, 3)

    assert [one.headers.get("x-hub-signature-256") for one in told] == [None] * 3


async def test_the_script_can_sign_wrongly(listener: Listener) -> None:
    async with Caller({**QUICK, "wrong_signature": True}, secret=SECRET) as nms:
        await nms.listen(listener.url)
        await nms.active("N1#A1")
        (one, *_) = await taken(nms, listener, 3)

    right = f"sha256={hmac.new(SECRET.encode(), one.raw, hashlib.sha256).hexdigest()}"
    assert one.headers["x-hub-signature-256"].startswith("sha256=")
    assert one.headers["x-hub-signature-256"] != right


async def test_a_doubled_callback_comes_twice_with_the_same_event(listener: Listener) -> None:
    async with Caller({**QUICK, "double": True}) as nms:
        await nms.listen(listener.url, "eventType=ServiceStateChangeEvent")
        await nms.active("N1#A1")
        told = await taken(nms, listener, 2)

    assert len({one.body["eventId"] for one in told}) == 1
    assert told[0].raw == told[1].raw


async def test_reordered_callbacks_of_a_service_have_the_end_first(listener: Listener) -> None:
    async with Caller({**QUICK, "reorder": True}) as nms:
        await nms.listen(listener.url, "eventType=ServiceStateChangeEvent,eventType=MonitorStateChangeEvent")
        await nms.active("N1#A1")
        told = await taken(nms, listener, 4)

    assert [one.state for one in told] == ["active", "Completed", "InProgress", "reserved"]


async def test_reordered_callbacks_of_a_test_have_the_end_first(listener: Listener) -> None:
    async with Caller({**QUICK, "reorder": True}) as nms:
        await nms.listen(listener.url, "eventType=ServiceTestStateChangeEvent")
        await nms.active("N1#A1")
        await nms.measured("N1#Q1", "speed")
        told = await taken(nms, listener, 2)

    assert [one.state for one in told] == ["completed", "inProgress"]


async def test_a_lost_callback_never_comes_though_all_is_done(listener: Listener) -> None:
    async with Caller({"order": "N1", **QUICK, "lost": True}, QUICK) as nms:
        await nms.listen(listener.url)
        made = await nms.active("N1#A1")
        test = await nms.measured("N1#Q1", "speed")
        await nms.active("N2#A1")
        await taken(nms, listener, 3)

    assert (made["state"], test["tcpDownKbps"]) == ("active", 94_900)
    assert {one.body["correlationId"] for one in listener.callbacks} == {"N2#A1"}


async def test_a_callback_is_sent_again_until_it_is_taken(listener: Listener) -> None:
    listener.answers = [503, 404]
    async with Caller(QUICK) as nms:
        await nms.listen(listener.url, "eventType=ServiceStateChangeEvent")
        await nms.active("N1#A1")
        told = await taken(nms, listener, 3)

    assert [one.answered for one in told] == [503, 404, 204]
    assert len({one.body["eventId"] for one in told}) == 1
    assert [one["status"] for one in nms.record("CALLED_BACK")] == [503, 404, 204]


async def test_a_callback_that_nobody_takes_is_given_up(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "PAUSES_SECONDS", (0.01, 0.01))
    listener.answers = [500] * 3
    async with Caller(QUICK) as nms:
        await nms.listen(listener.url, "eventType=ServiceStateChangeEvent")
        await nms.active("N1#A1")

        async def given_up() -> bool:
            return bool(nms.record("GAVE_UP", "N1#A1"))

        await soon(given_up)

    assert [one.answered for one in listener.callbacks] == [500] * 3


async def test_an_event_that_is_not_taken_holds_up_no_other(listener: Listener) -> None:
    listener.answers = [500]
    async with Caller(QUICK) as nms:
        await nms.listen(listener.url, "eventType=ServiceStateChangeEvent,eventType=MonitorStateChangeEvent")
        await nms.active("N1#A1")
        told = await taken(nms, listener, 3)

    kinds = [one.body["eventType"].removesuffix("StateChangeEvent") for one in told]
    assert kinds == ["Monitor", "Service", "Monitor"]


async def test_refusals_are_called_back_as_well(listener: Listener) -> None:
    async with Caller() as nms:
        await nms.listen(
            listener.url, "eventType=MonitorStateChangeEvent,eventType=ServiceTestStateChangeEvent"
        )
        monitor = (await nms.activate("N1#A1", vlan=2999)).json()
        await nms.ended(MONITORS, monitor["id"])
        test = (await nms.test("N1#Q1", "speed")).json()
        await nms.ended(TESTS, test["id"])
        told = await taken(nms, listener, 3)

    assert sorted(one.state for one in told) == ["InError", "inProgress", "rejected"]


async def test_each_of_many_callbacks_at_once_is_taken_at_its_first_try(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "ANSWER_SECONDS", 1.0)
    async with Caller({"sync": True}) as nms:
        await nms.listen(listener.url)
        await asyncio.gather(*(nms.activate(f"N{number}#A1") for number in range(300)))
        told = await taken(nms, listener, 900)

    assert len({one.body["eventId"] for one in told}) == len(told) == 900
    assert {one["status"] for one in nms.record("CALLED_BACK")} == {204}
