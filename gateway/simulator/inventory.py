"""What TMF640 (services) and TMF702 (resources) have in common: things made and changed, and monitors to watch it.

A change is carried out when its time comes; until then a new thing is only reserved. What is refused leaves everything
as it was. The same request twice makes two things: the simulated network is honest about doubles.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from domain.values import SubTaskKind
from gateway.adapters.characteristics import characteristics, fields_of
from gateway.simulator.agenda import Agenda
from gateway.simulator.answers import NOT_READY_TEXT, Refused, bad_field, error, missing, refusal
from gateway.simulator.behaviour import Behaviour
from gateway.simulator.calls import Answering, Call, characteristic_list
from gateway.simulator.hubs import Hubs, News, shown
from gateway.simulator.record import Record, Thing
from gateway.simulator.script import Asked, Script

ACCEPTED: Final = 202


@dataclass(frozen=True, slots=True)
class Shape:
    """The words of one API. ``states`` are its attributes of state and the values that may be asked for."""

    api: str
    word: str
    listed: str
    states: Mapping[str, frozenset[str]]
    reserved: Mapping[str, str]
    follows: Callable[[Mapping[str, str]], Mapping[str, str]]


class Inventory:
    """The things of one API."""

    def __init__(self, shape: Shape, script: Script, record: Record, hubs: Hubs, agenda: Agenda) -> None:
        self.shape = shape
        self.monitors = f"{shape.api}/monitor"
        self._script = script
        self._record = record
        self._hubs = hubs
        self._agenda = agenda
        self._answering = Answering(record, agenda)

    def start(self) -> None:
        """Go on with what a process before left under way."""
        for monitor in self._record.all(self.monitors):
            self._later(monitor)

    async def make(self, call: Call) -> tuple[int, Thing]:
        """Make a thing; its monitor, or itself if the script says so."""
        return await self._asked(call, None)

    async def change(self, id_: str, call: Call) -> tuple[int, Thing]:
        """Change a thing; likewise."""
        known = self._record.find(self.shape.api, id_)
        if known is None:
            raise missing(self.shape.api, id_)
        return await self._asked(call, known)

    def delete(self, id_: str, call: Call) -> None:
        """Remove a thing at once."""
        known = self._record.find(self.shape.api, id_)
        if known is None:
            raise missing(self.shape.api, id_)
        with self._record.together():
            self._record.remove(self.shape.api, id_)
            self._record.did("DELETED", known["_key"], **call.by, thing=id_)
            self._tell(f"{self.shape.word}DeleteEvent", self.shape.api, known["_key"], known, Behaviour())

    async def _asked(self, call: Call, known: Thing | None) -> tuple[int, Thing]:
        key, sent = call.text("externalId"), fields_of(characteristic_list(call, self.shape.listed))
        self._wanted(call)
        behaviour = self._script.behaviour(Asked(key, SubTaskKind.ACTIVATION, sent))

        def do() -> tuple[int, Thing]:
            with self._record.together():
                return self._accepted(call, key, known, behaviour)

        return await self._answering.answer(call, key, behaviour, do)

    def _accepted(self, call: Call, key: str, known: Thing | None, behaviour: Behaviour) -> tuple[int, Thing]:
        refused = _refused(behaviour)
        if refused is not None and behaviour.sync:
            self._record.did("REFUSED", key, **call.by, fields=list(behaviour.refuse or ()))
            raise refused
        thing = self._named(call, key, known)
        done = "PATCHED" if known is not None else "CREATED"
        sent = fields_of(call.body.get(self.shape.listed))
        self._record.did(done, key, **call.by, thing=thing["id"], sent=sent, **self._wanted(call))
        monitor = self._monitor(call, key, thing, known, behaviour)
        if known is None:
            self._tell(f"{self.shape.word}CreateEvent", self.shape.api, key, thing, behaviour)
        if behaviour.sync and not behaviour.never_ends:
            self._record.put(self.monitors, monitor)
            self._end(monitor)
            return 200 if known is not None else 201, self._record.things[self.shape.api][thing["id"]]
        self._record.put(self.monitors, monitor)
        self._later(monitor)
        return ACCEPTED, monitor

    def _named(self, call: Call, key: str, known: Thing | None) -> Thing:
        """The thing under the key of this request, so that it is found by it; otherwise as it was, or reserved."""
        order = key.rpartition("#")[0] or key
        if known is not None:
            orders = list(dict.fromkeys([*known["_orders"], order]))
            thing = {**known, "_key": key, "_orders": orders, **({"externalId": key} if key else {})}
        else:
            id_ = f"{self.shape.api[0]}-{secrets.token_hex(4)}"
            fields = {**call.body, **self.shape.reserved}
            thing = {**fields, "id": id_, "href": f"{call.url}/{id_}", "_key": key, "_orders": [order]}
        self._record.put(self.shape.api, thing)
        return thing

    def _monitor(
        self, call: Call, key: str, thing: Thing, known: Thing | None, behaviour: Behaviour
    ) -> Thing:
        id_ = f"m-{secrets.token_hex(4)}"
        base = call.url.partition(f"/{self.shape.api}")[0]
        monitor = {
            "id": id_,
            "href": f"{base}/monitor/{id_}",
            "sourceHref": f"{base}/{self.shape.api}/{thing['id']}",
            "state": "InProgress",
            "request": {
                "method": call.method,
                "to": call.url,
                "body": orjson.dumps(dict(call.body)).decode(),
            },
            "response": None,
            "_key": key,
            "_path": call.path,
            "_thing": thing["id"],
            "_before": known,
            "_body": dict(call.body),
            "_behaviour": behaviour.kept(),
        }
        return monitor if behaviour.never_ends else {**monitor, "_due": time.time() + behaviour.pause()}

    def _wanted(self, call: Call) -> dict[str, str]:
        """The states that are asked for. Raises Refused for one that there is not."""
        wanted = {name: call.body[name] for name in self.shape.states if name in call.body}
        for name, value in wanted.items():
            if not isinstance(value, str) or value not in self.shape.states[name]:
                raise bad_field(name, f"is none of {', '.join(sorted(self.shape.states[name]))}")
        return wanted

    def _later(self, monitor: Thing) -> None:
        if "_due" in monitor:
            self._agenda.at(monitor["_due"], lambda: self._end(monitor))

    def _end(self, monitor: Thing) -> None:
        """The change is carried out or refused, and everybody is told."""
        behaviour = Behaviour(**monitor["_behaviour"])
        early = {name: value for name, value in monitor.items() if name != "_due"}
        before = self._record.find(self.shape.api, monitor["_thing"])
        by = {"method": monitor["request"]["method"], "path": monitor["_path"]}
        with self._record.together():
            refused = _refused(behaviour)
            if before is None:
                refused = missing(self.shape.api, monitor["_thing"])
            if refused is not None:
                thing = self._undone(monitor, before)
                self._record.did("REFUSED", monitor["_key"], **by, fields=list(behaviour.refuse or ()))
                ended = _ended(early, "InError", refused.status, refused.body)
            else:
                thing = self._done(monitor, before or {}, behaviour)
                self._record.did("COMPLETED", monitor["_key"], **by, thing=monitor["_thing"])
                ended = _ended(early, "Completed", 200, shown(thing))
            self._record.put(self.monitors, ended)
            self._call_back(early, before, ended, thing, behaviour)

    def _done(self, monitor: Thing, before: Thing, behaviour: Behaviour) -> Thing:
        """The thing as it was asked for, and as the script changes it."""
        body, listed = monitor["_body"], self.shape.listed
        wanted = {name: body[name] for name in self.shape.states if name in body}
        fields = {name: value for name, value in body.items() if name != "externalId"}
        echoed = {**fields_of(before.get(listed)), **fields_of(body.get(listed)), **behaviour.echo}
        thing = {**before, **fields, **self.shape.follows(wanted), **wanted, listed: characteristics(echoed)}
        self._record.put(self.shape.api, thing)
        return thing

    def _undone(self, monitor: Thing, present: Thing | None) -> Thing | None:
        """What was new is gone again; what was known is found under its old key."""
        before = monitor["_before"]
        if present is None or before is None:
            self._record.remove(self.shape.api, monitor["_thing"])
            return None
        if present["_key"] != monitor["_key"]:
            return present
        names = ("externalId", "_key", "_orders")
        thing = {**present, **{name: before[name] for name in names if name in before}}
        self._record.put(self.shape.api, thing)
        return thing

    def _call_back(
        self, early: Thing, before: Thing | None, ended: Thing, thing: Thing | None, behaviour: Behaviour
    ) -> None:
        """The monitor's news, then the thing's; ``reorder`` has the end first, and what was before it last."""
        steps = [("monitor", ended), (self.shape.api, thing)]
        if behaviour.reorder:
            steps = [*reversed(steps), ("monitor", early), (self.shape.api, before)]
        for name, told in steps:
            if told is not None:
                word = "Monitor" if name == "monitor" else self.shape.word
                self._tell(f"{word}StateChangeEvent", name, early["_key"], told, behaviour)

    def _tell(self, kind: str, name: str, key: str, thing: Thing, behaviour: Behaviour) -> None:
        if not behaviour.lost:
            self._hubs.tell(News(self.shape.api, kind, name, key, thing), behaviour)


def _refused(behaviour: Behaviour) -> Refused | None:
    if behaviour.refuse:
        return Refused(422, refusal(behaviour.refuse))
    return Refused(425, error(425, NOT_READY_TEXT)) if behaviour.not_ready else None


def _ended(monitor: Thing, state: str, status: int, body: Any) -> Thing:
    response = {"statusCode": str(status), "body": orjson.dumps(body).decode()}
    return {**monitor, "state": state, "response": response}
