"""What succeeded before (历史数据): every attempt which the network carried out, with the data it was carried out with.

A repair takes its values from here (D11), so each is kept under what a later attempt has in common with it: the
order, the address with the product, the port, the device.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from domain.orders import Attempt, Order, SubTask
from domain.traces import Success, Traces
from domain.values import SubTaskKind, Verdict

NETWORK: Final = (SubTaskKind.ACTIVATION, SubTaskKind.QUALITY_CHECK)
"""The two parts which the network management system carries out."""

PORTS: Final = ("port", "accessPort", "ponPort")
DEVICES: Final = ("olt", "device", "deviceId", "accessDevice", "ontSerial")
"""Fields of "first data" and "second data" which say where a line is connected, the first that is there."""


def successes(order: Order) -> Iterator[Success]:
    """Every attempt of an order that succeeded, in no order that matters."""
    for kind in NETWORK:
        for attempt in order.sub_task(kind).attempts:
            if attempt.verdict is Verdict.SUCCEEDED:
                data = _data(attempt)
                at = attempt.ended_at or attempt.started_at
                yield Success(traces_of(order, kind, data), attempt.number, at, data, attempt.service)


def traces_of(order: Order, kind: SubTaskKind, data: Mapping[str, Any]) -> Traces:
    """Where to look for what happened before to an order's service, port and device.

    A check names no port, so what its order's activation was last sent with speaks for it.
    """
    where = {**_sent(order.sub_task(SubTaskKind.ACTIVATION)), **data}
    device = _first(where, DEVICES)
    port = _first(where, PORTS)
    payload = order.payload
    return Traces(
        kind,
        order.number,
        payload.product,
        f"{order.place.district_code or ''}|{order.place.canonical}",
        f"{order.place.district_code or ''}|{payload.address.standard_id}"
        if payload.address.standard_id
        else None,
        f"{device or ''}|{port}" if port is not None else None,
        device,
    )


def _data(attempt: Attempt) -> Mapping[str, Any]:
    """What was sent, with what the network said of it."""
    sent = attempt.sent if isinstance(attempt.sent, Mapping) else {}
    echoed = attempt.echoed if isinstance(attempt.echoed, Mapping) else {}
    return {**sent, **echoed}


def _sent(part: SubTask) -> Mapping[str, Any]:
    sent = part.attempts[-1].sent if part.attempts else None
    return sent if isinstance(sent, Mapping) else {}


def _first(data: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    found = (data[name] for name in names if data.get(name) not in (None, "", [], {}))
    return next((str(value) for value in found), None)
