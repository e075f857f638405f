"""Order files sent to the gateway by the door that every client uses, ``intakeOrders``.

Sending is idempotent: the same order sent again is answered ``duplicate``. So a batch whose answer was lost
is sent again, a sending that broke off begins again with the file's first line, and nothing is remembered.
"""

import asyncio
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final, TextIO

from gateway.client import GatewayRefused, GatewayUnreachable, GraphQLClient
from gateway.henan import read_districts
from gateway.order_files import Line, OrderFileError, read_orders
from gateway.progress import Progress
from gateway.refused_files import RefusedFile
from gateway.reports import Report, refusal_of

MOST_ORDERS: Final = 500
"""As many as ``intakeOrders`` takes at once."""
BATCH_ORDERS: Final = 100
PAUSES_SECONDS: Final = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Waits before a request is made again; after the last the gateway counts as unreachable."""
DIVISIBLE: Final = frozenset({"BAD_USER_INPUT", "TOO_LARGE"})
"""Refusals of a whole request which one of its orders may have caused."""

PASSING: Final = frozenset({"INTERNAL_SERVER_ERROR"})
"""Refusals of a whole request which may be gone a moment later, such as a database that starts again."""

DOCUMENT: Final = """
mutation IntakeOrders($input: IntakeOrdersInput!) {
  intakeOrders(input: $input) {
    results {
      __typename
      ... on OrderAccepted { duplicate amended warnings order { number } }
      ... on InvalidOrder { code message number problems { path message } }
      ... on OrderConflict { code message differs order { number } }
    }
  }
}
"""


async def intake(
    path: Path,
    client: GraphQLClient,
    *,
    batch: int = BATCH_ORDERS,
    refused: Path | None = None,
    districts: Mapping[str, str] | None = None,
    out: TextIO | None = None,
) -> int:
    """Sends a file, tells the progress on standard error and the report on ``out``, and gives the exit code.

    Args:
        path: The order file.
        client: The gateway; it is left open.
        batch: Orders a request, from 1 to ``MOST_ORDERS``.
        refused: Where refused rows are written, in the format of ``path``.
        districts: Codes by names of districts, for files that name the district; Henan's if absent.
        out: Standard output if absent.
    """
    out = out or sys.stdout
    lines = read_orders(path, districts or henan_codes())
    try:
        with RefusedFile(refused, path) if refused else nullcontext() as file:
            report = await send(lines, client, Progress(sys.stderr), batch=batch, refused=file)
            out.write(f"{report}\n")
    except OrderFileError as error:
        out.write(f"{error}\n")
        return 1
    if file and file.count:
        out.write(f"The refused rows are in {file.path}: correct them there and send that file.\n")
    return report.exit_code


def henan_codes() -> dict[str, str]:
    """The codes of Henan's districts by their names, those of former times included."""
    return {
        name: district.code for district in read_districts() for name in (district.name, *district.aliases)
    }


async def send(
    lines: Iterable[Line],
    client: GraphQLClient,
    progress: Progress,
    *,
    batch: int = BATCH_ORDERS,
    refused: RefusedFile | None = None,
    pauses_seconds: Sequence[float] = PAUSES_SECONDS,
) -> Report:
    """Sends the lines in their order, batch by batch, and reports what became of each.

    A file that breaks off, a gateway that stays unreachable or one that refuses every request ends the
    sending; the report then says so.
    """
    if not 1 <= batch <= MOST_ORDERS:
        raise ValueError(f"a batch of {batch}: write a number from 1 to {MOST_ORDERS}")
    report = Report()
    try:
        for group in _batches(lines, batch):
            orders = [line for line in group if line.order is not None]
            results = iter(await _results(orders, client, pauses_seconds))
            for line in group:
                _note(line, next(results) if line.order is not None else None, report, refused)
            progress.step(report.lines)
    except (OrderFileError, GatewayUnreachable, GatewayRefused) as error:
        report.stopped = str(error)
    finally:
        progress.finish()
    return report


def _batches(lines: Iterable[Line], size: int) -> Iterator[list[Line]]:
    """The lines in lists of so many; those before a place where the file cannot be read come first."""
    batch: list[Line] = []
    try:
        for line in lines:
            batch.append(line)
            if len(batch) == size:
                yield batch
                batch = []
    except OrderFileError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _note(line: Line, result: Mapping[str, Any] | None, report: Report, refused: RefusedFile | None) -> None:
    refusal = "; ".join(line.problems) if result is None else refusal_of(line, result)
    if refusal:
        report.refuse(line, refusal)
        if refused:
            refused.add(line, refusal)
    elif result:
        report.accept(line, result)


async def _results(
    lines: Sequence[Line], client: GraphQLClient, pauses_seconds: Sequence[float]
) -> list[Mapping[str, Any]]:
    """An ``IntakeResult`` for each line; one order that spoils the request is found by halving."""
    if not lines:
        return []
    try:
        return await _request(lines, client, pauses_seconds)
    except GatewayRefused as refusal:
        if refusal.code not in DIVISIBLE:
            raise
        if len(lines) == 1:
            return [{"__typename": "InvalidOrder", "code": refusal.code, "message": str(refusal)}]
    half = len(lines) // 2
    first = await _results(lines[:half], client, pauses_seconds)
    return first + await _results(lines[half:], client, pauses_seconds)


async def _request(
    lines: Sequence[Line], client: GraphQLClient, pauses_seconds: Sequence[float]
) -> list[Mapping[str, Any]]:
    variables: dict[str, object] = {"input": {"orders": [line.order for line in lines]}}
    data = await _execute(client, variables, pauses_seconds)
    results: list[Mapping[str, Any]] = data["intakeOrders"]["results"]
    if len(results) != len(lines):
        raise GatewayRefused("NO_GATEWAY", f"{client.url} answered {len(results)} of {len(lines)} orders.")
    return results


async def _execute(
    client: GraphQLClient, variables: dict[str, object], pauses_seconds: Sequence[float]
) -> dict[str, Any]:
    for pause in pauses_seconds:
        try:
            return await client.execute(DOCUMENT, variables)
        except GatewayUnreachable:
            await asyncio.sleep(pause)
        except GatewayRefused as refusal:
            if refusal.code not in PASSING:
                raise
            await asyncio.sleep(pause)
    return await client.execute(DOCUMENT, variables)
