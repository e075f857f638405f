"""TMF653 Service Test v4: tests of speed (速度核查) and of quality (质量核查), which measure what the line is.

A test of a line on which a change is under way ends after that change, and one of a line which was never active is
rejected: so is it done in a network.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import Any, Final

from domain.values import SubTaskKind
from gateway.adapters.characteristics import characteristics, fields_of
from gateway.simulator.agenda import Agenda
from gateway.simulator.answers import NOT_READY_TEXT, Refused, bad_field, missing, refusal
from gateway.simulator.behaviour import Behaviour
from gateway.simulator.calls import Answering, Call, characteristic_list
from gateway.simulator.hubs import Hubs, News
from gateway.simulator.lines import measured, rate_kbps
from gateway.simulator.record import Record, Thing, now
from gateway.simulator.script import TESTS, Asked, Script

BASE: Final = "/tmf-api/ServiceTestManagement/v4"
API: Final = "serviceTest"
SETTLE_SECONDS: Final = 0.2
"""So long after a change a line is measured."""
_LISTED: Final = ("serviceCharacteristic", "resourceCharacteristic")


class ServiceTests:
    """The tests."""

    def __init__(self, script: Script, record: Record, hubs: Hubs, agenda: Agenda) -> None:
        self._script = script
        self._record = record
        self._hubs = hubs
        self._agenda = agenda
        self._answering = Answering(record, agenda)

    def start(self) -> None:
        """Go on with what a process before left under way."""
        for test in self._record.all(API):
            self._later(test)

    async def make(self, call: Call) -> tuple[int, Thing]:
        """Begin a test; it is over at once if the script says so."""
        sent = fields_of(characteristic_list(call, "characteristic"))
        full, part = str(sent.get("externalId", "")), ""
        key = full
        if full.rpartition("/")[2] in TESTS:
            key, _, part = full.rpartition("/")
        _check_service(call.body.get("relatedService", {}))
        behaviour = self._script.behaviour(Asked(key, SubTaskKind.QUALITY_CHECK, sent, part))

        def do() -> tuple[int, Thing]:
            with self._record.together():
                return 201, self._made(call, full, part, behaviour)

        return await self._answering.answer(call, full, behaviour, do)

    def delete(self, id_: str, call: Call) -> None:
        """Remove a test; one that is under way never ends."""
        known = self._record.find(API, id_)
        if known is None:
            raise missing(API, id_)
        self._record.remove(API, id_)
        self._record.did("DELETED", known["_full"], **call.by, thing=id_)

    def _made(self, call: Call, full: str, part: str, behaviour: Behaviour) -> Thing:
        if behaviour.refuse:
            self._record.did("REFUSED", full, **call.by, fields=list(behaviour.refuse))
            raise Refused(422, refusal(behaviour.refuse))
        id_ = f"t-{secrets.token_hex(4)}"
        sent = fields_of(call.body.get("characteristic"))
        test = {
            **call.body,
            "id": id_,
            "href": f"{call.url}/{id_}",
            "state": "acknowledged",
            "startDateTime": now(),
            "characteristic": characteristics({**sent, **behaviour.echo}),
            "_full": full,
            "_key": full.removesuffix(f"/{part}") if part else full,
            "_part": part,
            "_path": call.path,
            "_behaviour": behaviour.kept(),
        }
        self._record.did("TESTED", full, **call.by, thing=id_, sent=sent)
        if not behaviour.never_ends:
            pause = 0.0 if behaviour.sync else behaviour.pause()
            test |= {"_begins": time.time() + pause / 2, "_due": time.time() + pause}
        self._record.put(API, test)
        self._tell("Create", test, behaviour)
        if behaviour.sync and not behaviour.never_ends:
            return self._end(test)
        self._later(test)
        return test

    def _later(self, test: Thing) -> None:
        if "_begins" in test:
            self._agenda.at(test["_begins"], lambda: self._begin(test["id"]))
        if "_due" in test:
            self._agenda.at(test["_due"], lambda: self._due(test["id"]))

    def _begin(self, id_: str) -> None:
        known = self._record.find(API, id_)
        if known is None or "_begins" not in known:
            return
        behaviour = Behaviour(**known["_behaviour"])
        test = {name: value for name, value in known.items() if name != "_begins"} | {"state": "inProgress"}
        with self._record.together():
            self._record.put(API, test)
            if not behaviour.reorder:
                self._tell("StateChange", test, behaviour)

    def _due(self, id_: str) -> None:
        test = self._record.find(API, id_)
        if test is None or "_due" not in test:
            return
        busy_until = max((m["_due"] for m in self._changes(test)), default=None)
        if busy_until is not None:
            self._agenda.at(busy_until + SETTLE_SECONDS, lambda: self._due(id_))
            return
        with self._record.together():
            self._end(test)

    def _end(self, test: Thing) -> Thing:
        """The line is measured as it is now, and everybody is told."""
        behaviour = Behaviour(**test["_behaviour"])
        early = {name: value for name, value in test.items() if name not in {"_begins", "_due"}}
        ended = {**early, "endDateTime": now(), **self._outcome(test, behaviour)}
        self._record.put(API, ended)
        done = "MEASURED" if ended["state"] == "completed" else "REJECTED"
        self._record.did(done, test["_full"], method="POST", path=test["_path"], thing=test["id"])
        self._tell("StateChange", ended, behaviour)
        if behaviour.reorder:
            self._tell("StateChange", {**early, "state": "inProgress"}, behaviour)
        return ended

    def _outcome(self, test: Thing, behaviour: Behaviour) -> Thing:
        sent, line = fields_of(test.get("characteristic")), self._line(test)
        said = behaviour.measures.get("reachable")
        live = bool(said) if said is not None else _is(line, "active", "unlocked")
        known = _is(line, "inactive", "terminated", "locked", "shutdown") and not _reserved(line)
        if behaviour.not_ready:
            return {"state": "rejected", "description": NOT_READY_TEXT}
        if not live and not known and sent.get("expected") != "down" and said is None:
            return {
                "state": "rejected",
                "description": "the service is not active yet, so it is not ready to be tested",
            }
        rate = rate_kbps(sent, *(fields_of((line or {}).get(listed)) for listed in _LISTED))
        before = sum(1 for _ in self._tests_before(test, line)) if behaviour.degrade else 0
        figures = measured(test["_part"], rate, behaviour, live=live, before=before)
        return {"state": "completed", "testMeasure": figures}

    def _line(self, test: Thing) -> Thing | None:
        """The service of a test: the one that it names, else the one which its order had made or changed last."""
        named = test.get("relatedService", {}).get("id")
        if named is not None:
            return self._record.find("service", named) or self._record.find("resource", named)
        order = _order(test)
        things = [*self._record.all("resource"), *self._record.all("service")]
        return next((thing for thing in reversed(things) if order and order in thing["_orders"]), None)

    def _changes(self, test: Thing) -> Iterator[Thing]:
        """The monitors of changes which are under way on the line of a test."""
        line = self._line(test)
        for collection in ("service/monitor", "resource/monitor"):
            for monitor in self._record.all(collection):
                if line is not None and "_due" in monitor and monitor["_thing"] == line["id"]:
                    yield monitor

    def _tests_before(self, test: Thing, line: Thing | None) -> Iterator[Thing]:
        """The tests of the same kind which that line has had."""
        orders = set(line["_orders"]) if line is not None else {_order(test)}
        for other in self._record.all(API):
            if other["_part"] == test["_part"] and other["state"] == "completed" and _order(other) in orders:
                yield other

    def _tell(self, what: str, test: Thing, behaviour: Behaviour) -> None:
        if not behaviour.lost:
            news = News(API, f"ServiceTest{what}Event", API, test["_full"], test)
            self._hubs.tell(news, behaviour)


def _check_service(related: Any) -> None:
    """Raises Refused for what names no service."""
    if not isinstance(related, dict):
        raise bad_field("relatedService", "is no object")
    if not isinstance(related.get("id", ""), str):
        raise bad_field("relatedService.id", "is no text")


def _order(test: Thing) -> str:
    key: str = test["_key"]
    return key.rpartition("#")[0] or key


def _is(line: Thing | None, *states: Any) -> bool:
    """Whether a line has one of those states; services name it otherwise than resources."""
    return line is not None and (line.get("state") in states or line.get("administrativeState") in states)


def _reserved(line: Thing | None) -> bool:
    return line is not None and line.get("resourceStatus") == "reserved"
