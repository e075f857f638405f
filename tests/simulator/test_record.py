"""The record of the simulated network: what it did, and that a new process goes on where another was killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.simulator.record import Record, RecordError
from tests.simulator.caller import MONITORS, SERVICES, TESTS, Caller, Found, figures, soon
from tests.simulator.listener import Listener

QUICK = {"delay_seconds": 0.05}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "nms.jsonl"


def again(file: Path) -> Caller:
    """Another process over the same file, with the script that is in it."""
    return Caller(record=file, scripted=False)


async def test_the_record_says_what_was_done_in_order_for_whom_and_by_which_request() -> None:
    async with Caller(QUICK) as nms:
        made = await nms.active("N1#A1", vlan=2101)
        await nms.suspend(made["id"], "N2#A1")
        await nms.measured("N2#Q1", "quality", expected="down")
        doings = await nms.read("/record")
        part = await nms.read("/record", key="N2#A1", done="PATCHED")

    assert [(one["done"], one["key"], one["method"]) for one in doings] == [
        ("CREATED", "N1#A1", "POST"),
        ("COMPLETED", "N1#A1", "POST"),
        ("PATCHED", "N2#A1", "PATCH"),
        ("COMPLETED", "N2#A1", "PATCH"),
        ("TESTED", "N2#Q1/quality", "POST"),
        ("MEASURED", "N2#Q1/quality", "POST"),
    ]
    assert (doings[0]["path"], doings[0]["sent"], doings[0]["thing"]) == (
        SERVICES,
        {"vlan": 2101},
        made["id"],
    )
    assert sorted(doings, key=lambda one: one["at"]) == doings
    assert part == [doings[2]]


async def test_a_new_process_knows_the_services_and_what_was_done(file: Path) -> None:
    async with Caller(QUICK, record=file) as nms:
        made = await nms.active("N1#A1", vlan=2101)
        doings = await nms.read("/record")

    async with again(file) as nms:
        assert await nms.read(f"{SERVICES}/{made['id']}") == made
        assert await nms.read("/record") == doings


async def test_a_new_process_goes_on_with_what_was_under_way_and_does_nothing_twice(file: Path) -> None:
    async with Caller({"delay_seconds": 0.3}, record=file) as nms:
        monitor = (await nms.activate("N1#A1")).json()
        test = (await nms.test("N1#Q1", "speed")).json()

    async with again(file) as nms:
        changed = await nms.ended(MONITORS, monitor["id"])
        measured = await nms.ended(TESTS, test["id"])

    assert (changed["state"], figures(measured)["tcpDownKbps"]) == ("Completed", 94_900)
    for done, key in [("CREATED", "N1#A1"), ("COMPLETED", "N1#A1"), ("MEASURED", "N1#Q1/speed")]:
        assert len(nms.record(done, key)) == 1


async def test_what_never_ends_does_not_end_in_a_new_process_either(file: Path) -> None:
    async with Caller({**QUICK, "never_ends": True}, record=file) as nms:
        monitor = (await nms.activate("N1#A1")).json()

    async with again(file) as nms:
        await nms.http.put("/script", json=[QUICK])
        await nms.active("N2#A1")
        still = await nms.read(f"{MONITORS}/{monitor['id']}")

    assert still["state"] == "InProgress"


async def test_a_new_process_delivers_the_callbacks_that_nobody_took(file: Path) -> None:
    with Listener(answers=[503]) as listener:
        async with Caller(QUICK, record=file) as nms:
            await nms.listen(listener.url, "eventType=ServiceStateChangeEvent")
            await nms.active("N1#A1")

            async def refused() -> bool:
                return bool(nms.record("CALLED_BACK", "N1#A1"))

            await soon(refused)

        async with again(file) as nms:

            async def taken() -> bool:
                return len(nms.record("CALLED_BACK", "N1#A1")) == 2

            await soon(taken)

        async with again(file) as nms:
            doings = nms.record("CALLED_BACK")

    assert [one["status"] for one in doings] == [503, 204]
    assert len({one.body["eventId"] for one in listener.callbacks}) == 1


async def test_the_script_and_how_often_it_was_used_outlive_the_process(file: Path) -> None:
    rule: Found = {"times": 2, "status": 500}
    async with Caller(rule, record=file) as nms:
        first = await nms.activate("N1#A1")
    async with again(file) as nms:
        second = await nms.activate("N1#A1")
    async with Caller(rule, record=file) as nms:
        third = await nms.activate("N1#A1")

    assert [first.status_code, second.status_code, third.status_code] == [500, 500, 202]


async def test_rules_that_were_put_outlive_a_start_with_the_same_rules_as_before(file: Path) -> None:
    async with Caller({"status": 500}, record=file) as nms:
        await nms.http.put("/script", json=[{"status": 501}])
    async with Caller({"status": 500}, record=file) as nms:
        same = await nms.activate("N1#A1")
    async with Caller({"status": 502}, record=file) as nms:
        other = await nms.activate("N1#A1")

    assert [same.status_code, other.status_code] == [501, 502]


async def test_a_line_that_a_killed_process_did_not_finish_is_cut_off(file: Path) -> None:
    async with Caller({"sync": True}, record=file) as nms:
        made = (await nms.activate("N1#A1")).json()
    with file.open("ab") as out:
        out.write(b'{"put": "service", "thing": {"id": "s-')

    async with again(file) as nms:
        await nms.activate("N2#A1")
    async with again(file) as nms:
        found = await nms.read(SERVICES)

    assert [one["externalId"] for one in found] == ["N1#A1", "N2#A1"]
    assert found[0]["id"] == made["id"]


@pytest.mark.parametrize("line", ["hello", "[]", '{"put": "service"}', '{"put": "service", "thing": {}}'])
def test_a_file_that_is_no_record_is_refused_with_the_line(file: Path, line: str) -> None:
    file.write_text(f'{{"done": "CREATED", "key": "N1"}}\n{line}\n', encoding="utf-8")

    with pytest.raises(RecordError, match=r"nms\.jsonl, line 2, is no line of a record"):
        Record(file)


def test_what_belongs_together_reaches_the_file_in_one_piece(file: Path) -> None:
    record = Record(file)

    with record.together():
        record.put("service", {"id": "s-1"})
        record.put("service", {"id": "s-2"})
        inside = file.read_bytes()
    outside = file.read_bytes()
    record.close()

    assert inside == b""
    assert outside.count(b"\n") == 2
