"""A request as the simulated network reads it: who asks what by which way, and what the script has for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from gateway.simulator.agenda import Agenda
from gateway.simulator.answers import Refused, bad_field, error, instead
from gateway.simulator.behaviour import Behaviour
from gateway.simulator.record import Record, Thing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``url`` is its whole address, ``body`` without names that are the simulator's own."""

    method: str
    url: str
    path: str
    body: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A text of the body, empty where there is none. Raises Refused for anything else."""
        value = self.body.get(name, "")
        if not isinstance(value, str):
            raise bad_field(name, "is no text")
        return value

    @property
    def by(self) -> dict[str, str]:
        """The request as the record names it."""
        return {"method": self.method, "path": self.path}


def characteristic_list(call: Call, name: str) -> list[Thing]:
    """A list of characteristics, empty where there is none. Raises Refused naming what is wrong with it."""
    listed = call.body.get(name) or []
    if not isinstance(listed, list):
        raise bad_field(name, "is no list")
    for place, one in enumerate(listed):
        if not isinstance(one, dict) or not isinstance(one.get("name"), str) or "value" not in one:
            raise bad_field(f"{name}[{place}]", 'is no {"name": …, "value": {"value": …}}')
    return listed


class Answering:
    """Gives each request the answer which the script has for it."""

    def __init__(self, record: Record, agenda: Agenda) -> None:
        self._record = record
        self._agenda = agenda

    async def answer(self, call: Call, key: str, behaviour: Behaviour, do: Callable[[], T]) -> T:
        """What ``do`` makes, at once or late. Raises Refused where the script has another answer.

        A late answer is to a request which was carried out in time, so that whoever did not wait can find it.
        """
        otherwise = instead(behaviour)
        made = do() if otherwise is None or behaviour.carried_out else None
        if behaviour.hang_seconds:
            self._record.did("HUNG", key, **call.by, seconds=behaviour.hang_seconds)
            if not await self._agenda.rest(behaviour.hang_seconds):
                raise Refused(503, error(503, "it is about to stop"))
        if otherwise is not None or made is None:
            refused = otherwise or Refused(500, error(500, "nothing was made"))
            self._record.did("ANSWERED", key, **call.by, status=refused.status)
            raise refused
        return made
