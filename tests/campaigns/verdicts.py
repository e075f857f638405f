"""What the log, the subscribers and upstream say in the end, held to what was acknowledged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.campaigns.clients import whole_list
from tests.campaigns.followers import Follower
from tests.campaigns.surveys import Told
from tests.upstreams import Received
from tests.wire.processes import Client

EVENTS = """query($after: Cursor) { events(first: 500, after: $after) {
  edges { node { kind revision detail group { key round } order { number } item { order { number } } } }
  pageInfo { hasNextPage endCursor } } }"""
SHOWN = 5
"""Of each kind of wrong."""


@dataclass(frozen=True, slots=True)
class Log:
    """The whole event log."""

    entries: Sequence[Any]

    @property
    def last(self) -> dict[str, int]:
        """The newest revision of each group."""
        return {self._group(entry): entry["revision"] for entry in self.entries}

    def numbers(self, kind: str) -> Counter[str]:
        """How often that happened to each order."""
        found = (entry for entry in self.entries if entry["kind"] == kind)
        return Counter((entry["order"] or entry["item"]["order"])["number"] for entry in found)

    def receipts(self, kind: str) -> Counter[str]:
        """How often that happened to each receipt."""
        return Counter(entry["detail"]["receipt"] for entry in self.entries if entry["kind"] == kind)

    def gaps(self) -> Iterable[str]:
        """Where a group's entries are not 1, 2, 3 …"""
        seen: Counter[str] = Counter()
        for entry in self.entries:
            seen[self._group(entry)] += 1
            if entry["revision"] != seen[self._group(entry)]:
                yield f"the log has revision {entry['revision']} of {self._group(entry)} out of its place"

    @staticmethod
    def _group(entry: Any) -> str:
        return f"{entry['group']['round']}/{entry['group']['key']}"


async def whole_log(client: Client) -> Log:
    """All of it, as a dispatcher polls it."""
    return Log(await whole_list(client, EVENTS))


def broken(log: Log, told: Told, followers: Sequence[Follower], received: Sequence[Received]) -> list[str]:
    """Every promise that was not kept, the first few of each kind; an empty list when all were."""
    last = log.last
    kinds = (
        [*log.gaps()],
        [*_commands(log, told)],
        [*_receipts(log, told, received)],
        [
            f"subscriber {n}: {wrong}"
            for n, follower in enumerate(followers)
            for wrong in follower.wrongs(last)
        ],
    )
    return [line for kind in kinds for line in _first(kind)]


def receipt_ids(numbers: Iterable[str]) -> set[str]:
    """Those that each survey has."""
    return {f"{number}/1/{kind}" for number in numbers for kind in ("CONSTRUCTION", "COMPLETION")}


def _commands(log: Log, told: Told) -> Iterable[str]:
    yield from _once("order", told.orders, log.numbers("ORDER_ACKNOWLEDGED"))
    yield from _once("claim of", told.winners, log.numbers("ITEM_CLAIMED"))
    yield from _once("receipt", receipt_ids(told.receipts), log.receipts("RECEIPT_FINAL"))


def _receipts(log: Log, told: Told, received: Sequence[Received]) -> Iterable[str]:
    expected = receipt_ids(told.receipts)
    yield from _once("confirmation of", expected, log.receipts("RECEIPT_DELIVERED"))
    bodies: dict[str, set[str]] = {}
    for one in received:
        bodies.setdefault(one.id, set()).add(str(one.data))
    yield from (f"receipt {id_} never reached upstream" for id_ in expected - bodies.keys())
    yield from (f"upstream got {id_}, which nobody submitted" for id_ in bodies.keys() - expected)
    yield from (f"upstream got two different receipts {id_}" for id_, said in bodies.items() if len(said) > 1)


def _once(what: str, acknowledged: Iterable[str], found: Counter[str]) -> Iterable[str]:
    for name in acknowledged:
        if found[name] != 1:
            yield f"acknowledged {what} {name} is in the log {found[name]} times"
    for name in found.keys() - set(acknowledged):
        yield f"{what} {name} is in the log, and nobody was told"


def _first(lines: list[str]) -> list[str]:
    more = [f"… and {len(lines) - SHOWN} more like the last"] if len(lines) > SHOWN else []
    return lines[:SHOWN] + more
