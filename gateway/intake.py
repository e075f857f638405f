"""Order files sent to the gateway by the door that every client uses, ``intakeOrders``.

Sending is idempotent: the same order sent again is answered ``duplicate``. So a batch whose answer was lost is
sent again, a sending that broke off is begun again from the file's first line, and nothing needs to be remembered.
"""

import asyncio
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final, TextIO

from gateway.client import GatewayRefused, GatewayUnreachable, GraphQLClient
from gateway.order_files import Line, OrderFileError, read_orders
from gateway.progress import Progress
from gateway.refused_files import RefusedFile

MOST_ORDERS: Final = 500
"""As many as ``intakeOrders`` takes at once."""
BATCH_ORDERS: Final = 100
PAUSES_SECONDS: Final = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Waits before a request is made again; after the last the gateway counts as unreachable."""
DIVISIBLE: Final = frozenset({"BAD_USER_INPUT", "TOO_LARGE"})
"""Refusals of a whole request which one of its orders may have caused."""

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


@dataclass(frozen=True)
class Remark:
    """What is to be said of one line: why it was refused, or a warning about an order that was taken."""

    line: int
    order: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}{f', order {self.order}' if self.order else ''}: {self.text}"


@dataclass
class Report:
    """What became of the lines; ``stopped`` says why the last of them were not sent, if so."""

    accepted: int = 0
    duplicate: int = 0
    amended: int = 0
    refused: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    stopped: str = ""

    @property
    def lines(self) -> int:
        """The lines which were answered."""
        return self.accepted + self.duplicate + self.amended + len(self.refused)

    @property
    def exit_code(self) -> int:
        """0 if the gateway has every order of the file, else 1."""
        return 1 if self.refused or self.stopped else 0

    def __str__(self) -> str:
        return "\n".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        yield from (f"warning: {remark}" for remark in self.warnings)
        yield from (f"refused: {remark}" for remark in self.refused)
        yield (
            f"{self.lines} lines: {self.accepted} accepted, {self.duplicate} duplicate,"
            f" {self.amended} amended, {len(self.refused)} refused."
        )
        if self.stopped:
            yield f"Stopped: {self.stopped}"
            yield "The lines which follow were not sent. Send the whole file again: what is there counts as duplicate."


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
        districts: Codes by names of districts, for files that name the district.
        out: Standard output if absent.
    """
    try:
        file = RefusedFile(refused, path) if refused else None
        report = await send(read_orders(path, districts), client, Progress(sys.stderr), batch=batch, refused=file)
    except OrderFileError as error:
        print(error, file=out)
        return 1
    ...
