"""Reading what succeeded before (D11): by order, by address and product, by port, by device, newest first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from domain.traces import Success, Traces
from domain.values import OrderNumber, ProductCode, SubTaskKind
from persistence.database import Database, Record
from persistence.documents import instant

MOST: Final = 20
"""So many of each source are enough: a repair takes the newest, and deeper ones when that was tried."""

_SHOWN: Final = (
    "id, order_number, attempt, kind, product, place, standard_id, port, device, service, data, at"
)
_SOURCES: Final = (
    "order_number = $2",
    "place = $3 AND product = $4",
    "standard_id = $5 AND product = $4",
    "port = $6",
    "device = $7",
)
_SERVICE: Final = """SELECT service FROM history WHERE service IS NOT NULL AND kind = 'ACTIVATION' AND
    ((place = $1 AND product = $2) OR (standard_id = $3 AND product = $2)) ORDER BY at DESC LIMIT 1"""


async def successes(database: Database, wanted: Iterable[Traces]) -> Mapping[Traces, Sequence[Success]]:
    """What succeeded before under each of the traces, newest first."""
    return {traces: await _found(database, traces) for traces in wanted}


async def service_of(database: Database, traces: Traces) -> str | None:
    """What the network calls the service of an address and product, as of its last success."""
    values = (traces.place, traces.product, traces.standard_id)
    rows = await database.fetch(_SERVICE, *values)
    return str(rows[0]["service"]) if rows else None


async def _found(database: Database, traces: Traces) -> Sequence[Success]:
    values = (
        traces.kind.value,
        traces.number,
        traces.place,
        traces.product,
        traces.standard_id,
        traces.port,
        traces.device,
    )
    rows = await database.fetch(_STATEMENT, *values)
    return [_success(row) for row in sorted(rows, key=lambda row: (row["at"], row["id"]), reverse=True)]


def _statement() -> str:
    each = (
        f"SELECT * FROM (SELECT {_SHOWN} FROM history WHERE kind = $1 AND {source} ORDER BY at DESC LIMIT {MOST}) s{n}"  # noqa: S608 - names of our own table
        for n, source in enumerate(_SOURCES)
    )
    return " UNION ".join(each)


_STATEMENT: Final = _statement()


def _success(row: Record) -> Success:
    traces = Traces(
        SubTaskKind(row["kind"]),
        OrderNumber(row["order_number"]),
        ProductCode(row["product"]),
        row["place"],
        row["standard_id"],
        row["port"],
        row["device"],
    )
    data: dict[str, Any] = json.loads(row["data"])
    return Success(traces, row["attempt"], instant(row["at"]), data, row["service"])
