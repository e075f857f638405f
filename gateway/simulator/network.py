"""The simulated network: services, resources and tests, what is under way with them, and when it comes to its end.

It is honest about doubles: the same request twice makes two things.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.adapters.characteristics import characteristics, fields_of
from gateway.simulator.callbacks import Callbacks
from gateway.simulator.lines import measured, rate_kbps
from gateway.simulator.record import Record
from gateway.simulator.script import Behaviour, Script

Thing = dict[str, Any]
WAITING: Final = {"state": "reserved", "administrativeState": "locked"}
STATES: Final = ("state", "administrativeState", "resourceStatus", "usageState", "operationalState")


class Refused(Exception):  # noqa: N818 - it is an answer, not an error of this program
    """The request is answered with this status and body; text is sent as HTML."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class SimulatedNetwork:
    """All that the server knows and does. ``start`` goes on with what a process before it left under way."""

    def __init__(self, script: Script, record: Record, callbacks: Callbacks) -> None:
        self.script = script
        self.record = record
        self._callbacks = callbacks
        self._running: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Go on with what is under way."""
        for collection in list(self.record.things):
            for thing in self.record.all(collection):
                if "_due" in thing:
                    self._later(collection, thing)

    async def stop(self) -> None:
        """Leave what is under way to the next process."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def provision(self, api: str, body: Mapping[str, Any], id_: str | None = None) -> tuple[int, Thing]:
        """Make a service or resource, or change one; its monitor, or itself if the script says so."""
        listed = f"{api}Characteristic"
        key, sent = str(body.get("externalId", "")), fields_of(body.get(listed))
        known = self.record.things.get(api, {}).get(id_) if id_ is not None else None
        if id_ is not None and known is None:
            raise Refused(404, {"code": "60", "reason": "Not found", "message": f"there is no {api} {id_}"})
        behaviour = self.script.behaviour(key, sent)
        await self._answered(behaviour, key)
        refused = _refused_fields(behaviour, sent)
        if refused and behaviour.sync:
            self.record.did("REFUSED", key, fields=[one["referenceError"] for one in refused])
            raise Refused(422, {"code": "422", "reason": "Unprocessable", "errorMessage": refused})
        thing = _changed(api, known, body, sent)
        if known is None:
            thing |= {name: value for name, value in WAITING.items() if name in body}
        self.record.did("CREATED" if known is None else "PATCHED", key, thing=thing["id"], sent=sent)
        wanted = {name: body[name] for name in STATES if name in body}
        if behaviour.sync:
            return 201 if known is None else 200, self._provisioned(api, thing, wanted, behaviour)
        self.record.put(api, thing)
        monitor = _monitor(api, thing["id"], key, body)
        monitor |= {"_wanted": wanted, "_refused": refused, **_kept(behaviour)}
        if not behaviour.never_ends:
            monitor["_due"] = time.time() + behaviour.delay_seconds
        self.record.put(f"{api}/monitor", monitor)
        self._later(f"{api}/monitor", monitor)
        return 202, monitor

    async def test(self, body: Mapping[str, Any]) -> Thing:
        """Begin a service test."""
        sent = fields_of(body.get("characteristic"))
        full = str(sent.get("externalId", ""))
        key, _, name = full.rpartition("/")
        behaviour = self.script.behaviour(key, sent)
        await self._answered(behaviour, key)
        test: Thing = {
            **body,
            "id": f"t-{secrets.token_hex(4)}",
            "state": "acknowledged",
            "characteristic": characteristics({**sent, **behaviour.echo}),
            "_key": key,
            "_name": name,
            **_kept(behaviour),
        }
        self.record.did("TESTED", full, thing=test["id"], sent=sent)
        if not behaviour.never_ends:
            test["_due"] = time.time() + behaviour.delay_seconds
        self.record.put("serviceTest", test)
        self._later("serviceTest", test)
        return test

    async def _answered(self, behaviour: Behaviour, key: str) -> None:
        """What the script has instead of a sensible answer."""
        if behaviour.hang_seconds:
            self.record.did("HUNG", key)
            await asyncio.sleep(behaviour.hang_seconds)
        if behaviour.status:
            self.record.did("ANSWERED", key, status=behaviour.status)
            raise Refused(behaviour.status, {"code": str(behaviour.status), "reason": "as the script says"})
        if behaviour.html:
            self.record.did("ANSWERED", key, status=200)
            raise Refused(200, "<!doctype html><title>Login</title><p>Please sign in.")
        if behaviour.busy:
            self.record.did("ANSWERED", key, status=409)
            raise Refused(
                409, {"code": "409", "reason": "Busy", "message": "a different test is already in progress"}
            )

    def _later(self, collection: str, thing: Thing) -> None:
        if "_due" in thing:
            task = asyncio.create_task(self._end(collection, thing))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _end(self, collection: str, thing: Thing) -> None:
        await asyncio.sleep(max(thing["_due"] - time.time(), 0))
        behaviour = Behaviour(**thing["_behaviour"])
        ended = {name: value for name, value in thing.items() if name != "_due"}
        if collection == "serviceTest":
            self._tested(ended, behaviour)
        else:
            self._monitored(collection.partition("/")[0], ended, behaviour)

    def _monitored(self, api: str, monitor: Thing, behaviour: Behaviour) -> None:
        thing = self.record.things[api][monitor["sourceHref"].rsplit("/", 1)[-1]]
        key = monitor["_key"]
        if monitor["_refused"]:
            monitor |= {
                "state": "InError",
                "response": {"statusCode": "422", "body": {"errorMessage": monitor["_refused"]}},
            }
            self.record.did("REFUSED", key, fields=[one["referenceError"] for one in monitor["_refused"]])
        else:
            thing = self._provisioned(api, thing, monitor["_wanted"], behaviour)
            monitor |= {"state": "Completed", "response": {"statusCode": "200", "body": shown(thing)}}
        self.record.put(f"{api}/monitor", monitor)
        events: list[Callable[[], None]] = [
            lambda: self._callbacks.tell(api, "monitor", key, monitor, behaviour),
            lambda: self._callbacks.tell(api, api, key, thing, behaviour),
        ]
        if not behaviour.lost:
            for tell in reversed(events) if behaviour.reorder else events:
                tell()

    def _provisioned(self, api: str, thing: Thing, wanted: Mapping[str, Any], behaviour: Behaviour) -> Thing:
        listed = f"{api}Characteristic"
        echoed = {**fields_of(thing.get(listed)), **behaviour.echo}
        done = {**thing, **wanted, listed: characteristics(echoed)}
        self.record.put(api, done)
        return done

    def _tested(self, test: Thing, behaviour: Behaviour) -> None:
        key, name = test["_key"], test["_name"]
        sent, line = fields_of(test.get("characteristic")), self._line(test)
        live = line is not None and (
            line.get("state") == "active" or line.get("administrativeState") == "unlocked"
        )
        if behaviour.not_ready or (not live and sent.get("expected") != "down"):
            test |= {"state": "rejected", "description": "the service is not active yet"}
        else:
            rate = rate_kbps({**_all_fields(line), **sent})
            before = sum(t["_name"] == name and t["state"] == "completed" for t in self._tests_of(line))
            figures = measured(name, rate, behaviour, live=live, before=before)
            test |= {"state": "completed", "testMeasure": figures}
        self.record.put("serviceTest", test)
        if behaviour.reorder:
            early = {**test, "state": "inProgress", "testMeasure": []}
            self._callbacks.tell("serviceTest", "serviceTest", key, test, behaviour)
            self._callbacks.tell("serviceTest", "serviceTest", key, early, behaviour)
        elif not behaviour.lost:
            self._callbacks.tell("serviceTest", "serviceTest", key, test, behaviour)

    def _line(self, test: Thing) -> Thing | None:
        """The service of a test: the one that it names, else the one that its order made."""
        named = (test.get("relatedService") or {}).get("id")
        number = test["_key"].rpartition("#")[0]
        things = [*self.record.all("service"), *self.record.all("resource")]
        if named is not None:
            return next((thing for thing in things if thing["id"] == named), None)
        return next((thing for thing in reversed(things) if number in thing["_numbers"]), None)

    def _tests_of(self, line: Thing | None) -> list[Thing]:
        numbers = set(line["_numbers"]) if line is not None else set()
        return [t for t in self.record.all("serviceTest") if t["_key"].rpartition("#")[0] in numbers]


def _refused_fields(behaviour: Behaviour, sent: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"code": "422", "message": message, "referenceError": name}
        for name, message in behaviour.refuse.items()
        if name in sent
    ]


def _changed(api: str, known: Thing | None, body: Mapping[str, Any], sent: Mapping[str, Any]) -> Thing:
    """The thing with everything that was sent but its states, which it gets when it is done."""
    listed, number = f"{api}Characteristic", str(body.get("externalId", "")).rpartition("#")[0]
    before = known or {"id": f"{api[0]}-{secrets.token_hex(4)}", "_numbers": []}
    fields = {name: value for name, value in body.items() if name not in STATES}
    numbers = list(dict.fromkeys([*before["_numbers"], number]))
    merged = {**fields_of(before.get(listed)), **sent}
    return {**before, **fields, "id": before["id"], listed: characteristics(merged), "_numbers": numbers}


def _monitor(api: str, thing: str, key: str, body: Mapping[str, Any]) -> Thing:
    return {
        "id": f"m-{secrets.token_hex(4)}",
        "sourceHref": f"{api}/{thing}",
        "state": "InProgress",
        "request": {"method": "POST", "to": api, "body": dict(body)},
        "response": None,
        "_key": key,
    }


def _kept(behaviour: Behaviour) -> Thing:
    return {"_behaviour": {name: getattr(behaviour, name) for name in behaviour.__slots__}}


def _all_fields(line: Thing | None) -> dict[str, Any]:
    if line is None:
        return {}
    return {**fields_of(line.get("serviceCharacteristic")), **fields_of(line.get("resourceCharacteristic"))}


def shown(thing: Thing) -> Thing:
    """A thing without what is our own business."""
    return {name: value for name, value in thing.items() if not name.startswith("_")}
