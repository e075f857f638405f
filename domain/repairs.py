"""A failed attempt is repaired from history: per field, a value that worked before, with where it came from (D11).

Sources in their order: the same order, the same address and product, the same port, the same device, the product's
template; in each the newest first. What the customer's contract says is never touched, and a value that failed in
this run is not sent again: where nothing else is known, nothing is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from domain.catalogue import Product
from domain.history import traces_of
from domain.orders import Attempt, Order, Repair, SubTask
from domain.traces import Success, Traces
from domain.values import SubTaskKind, Verdict

MOST_REPAIRS: Final = 3
"""So often an attempt is repaired before somebody has to look (D11)."""

CONTRACT: Final = frozenset(
    {
        "action",
        "accountnumber",
        "downstreamkbps",
        "externalid",
        "number",
        "orderno",
        "ordernumber",
        "product",
        "serviceid",
        "servicetype",
        "upstreamkbps",
    }
)
CONTRACT_BEGINNINGS: Final = ("contract", "customer", "subscribed")
"""Fields which the contract fixes, in lower case, and how the names of further ones begin."""

_TEMPLATE: Final = "the template of product {}"


def is_contract_field(name: str) -> bool:
    """Whether a field is the contract's: the subscribed rate, the order's number, the customer."""
    lower = name.lower()
    return lower in CONTRACT or lower.startswith(CONTRACT_BEGINNINGS)


def wanted_history(order: Order, kind: SubTaskKind) -> Traces:
    """Whose history a repair of the present attempt needs."""
    sent = order.sub_task(kind).attempts[-1].sent
    return traces_of(order, kind, sent if isinstance(sent, Mapping) else {})


def repairs_of(
    order: Order, part: SubTask, known: Sequence[Success], product: Product | None
) -> tuple[Repair, ...]:
    """What to send otherwise in the next attempt; nothing when no other value is known, or there were enough repairs.

    Where the network named the fields at fault, these alone are changed. Else every field is given the value that
    worked before, and where all have it already, one that has not been tried.
    """
    last = part.attempts[-1]
    if part.failures > MOST_REPAIRS or not isinstance(last.sent, Mapping | None):
        return ()
    sent = dict(last.sent or {})
    sources = list(_sources(order, part.kind, sent, known, product))
    run = _run(part)
    if last.refused_fields:
        return tuple(_untried(last.refused_fields, sent, sources, run))
    names = _names(sent, sources)
    return tuple(_foremost(names, sent, sources, run)) or tuple(_untried(names, sent, sources, run))


Source = tuple[str, Mapping[str, Any]]
"""Where values come from, in words, and the values."""


def _sources(
    order: Order,
    kind: SubTaskKind,
    sent: Mapping[str, Any],
    known: Sequence[Success],
    product: Product | None,
) -> Iterator[Source]:
    here = traces_of(order, kind, sent)
    for nearness in range(_FARTHEST + 1):
        for success in sorted(known, key=lambda s: s.at, reverse=True):
            if _nearness(success.traces, here) == nearness:
                yield f"order {success.traces.number} attempt {success.attempt}", success.data
    template = product.template(kind) if product is not None else {}
    if product is not None and template:
        yield _TEMPLATE.format(product.code), template


_FARTHEST: Final = 3


def _nearness(other: Traces, here: Traces) -> int | None:
    """0 the same order, 1 the same address and product, 2 the same port, 3 the same device."""
    if other.number == here.number:
        return 0
    same_place = other.place == here.place or (other.standard_id or "") == here.standard_id
    if same_place and other.product == here.product:
        return 1
    if other.port is not None and other.port == here.port:
        return 2
    return 3 if other.device is not None and other.device == here.device else None


def _run(part: SubTask) -> Sequence[Attempt]:
    """The attempts since the last that succeeded, or since somebody began anew: what they sent was of no use."""
    failed: list[Attempt] = []
    for attempt in reversed(part.attempts):
        if attempt.verdict is Verdict.SUCCEEDED or len(failed) == max(part.failures, 1) + part.inconclusive:
            break
        failed.append(attempt)
    return failed


def _names(sent: Mapping[str, Any], sources: Iterable[Source]) -> list[str]:
    """The fields that were sent, then those which a source has besides."""
    return list(dict.fromkeys([*sent, *(name for _, values in sources for name in values)]))


def _foremost(
    names: Iterable[str], sent: Mapping[str, Any], sources: Sequence[Source], run: Sequence[Attempt]
) -> Iterator[Repair]:
    """Each field with the value of its foremost source, where that is another than was sent."""
    for name in names:
        found = next(((where, values[name]) for where, values in sources if name in values), None)
        if found is not None and _is_new(name, found[1], sent, run):
            yield Repair(name, sent.get(name), found[1], found[0])


def _untried(
    names: Iterable[str], sent: Mapping[str, Any], sources: Sequence[Source], run: Sequence[Attempt]
) -> Iterator[Repair]:
    """Each field with the first value that was not tried yet."""
    for name in dict.fromkeys(names):
        values = ((where, values[name]) for where, values in sources if name in values)
        found = next(((where, value) for where, value in values if _is_new(name, value, sent, run)), None)
        if found is not None:
            yield Repair(name, sent.get(name), found[1], found[0])


def _is_new(name: str, value: Any, sent: Mapping[str, Any], run: Sequence[Attempt]) -> bool:
    if is_contract_field(name) or (name in sent and sent[name] == value):
        return False
    return not any(isinstance(a.sent, Mapping) and name in a.sent and a.sent[name] == value for a in run)


def approved(repairs: Iterable[Repair], by: str) -> tuple[Repair, ...]:
    """Proposed repairs with the word of who lets them go."""
    return tuple(replace(repair, source=f"{repair.source}, approved by {by}") for repair in repairs)
