"""One row of an order file as one ``OrderInput`` of the API, or as sentences that say what to mend.

A row is a mapping from heading to cell; a cell under an unknown heading is kept in ``extra``.
A suspension (停机) or termination (注销) must be carried out whatever else is wrong with its row.
Number, kind and product are enough to send it; a cell that cannot be read goes into ``extra``, and its
problem is a warning.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway import cells, headings

URGENT: Final = frozenset({"SUSPEND", "TERMINATE"})
"""Kinds of order which no fault of the file may hold back."""

READ: Final[Mapping[str, Callable[[object], object]]] = {
    headings.NUMBER: cells.identifier,
    headings.ACTION: cells.action,
    headings.PRODUCT: cells.product,
    headings.CUSTOMER_NUMBER: cells.identifier,
    "customer.contactPhone": cells.identifier,
    headings.DISTRICT_CODE: cells.identifier,
    "address.standardId": cells.identifier,
    headings.FUSION_KEY: cells.identifier,
    headings.FUSED: cells.flag,
    headings.RELATED: cells.flag,
    headings.RELATED_COUNT: cells.count,
    headings.RELATED_NUMBERS: cells.identifiers,
    "redList": cells.flag,
    "postPay": cells.flag,
    "installedSerials": cells.identifiers,
    "activationData": cells.structure,
    "checkData": cells.structure,
    "dueAt": cells.instant,
    headings.EXTRA: cells.structure,
}
"""How the cell of a field is read; a field which is not named here is text."""


@dataclass(frozen=True)
class Line:
    """One row of a file.

    ``order`` is None when the row cannot be sent; ``problems`` then say why. With an order they are warnings.
    ``source`` is the row as the file had it, heading by heading, so that it can be written out again.
    """

    number: int
    order: dict[str, object] | None
    problems: tuple[str, ...] = ()
    source: Mapping[str, object] = field(default_factory=dict, repr=False)


def line(number: int, row: Mapping[str, object], districts: Mapping[str, str]) -> Line:
    """The row as a line; ``districts`` gives the codes of the districts' names."""
    reading = _Reading(row, districts)
    order = reading.order()
    return Line(number, order if reading.is_sendable else None, tuple(reading.problems), row)


class _Reading:
    """The row while it is being read: values by field, what is unknown, and what is wrong."""

    def __init__(self, row: Mapping[str, object], districts: Mapping[str, str]) -> None:
        self._districts = districts
        self._values: dict[str, object] = {}
        self._headings: dict[str, str] = {}
        self._cells: dict[str, object] = {}
        self._extra: dict[str, object] = {}
        self.problems: list[str] = []
        for heading, cell in flat(row):
            self._read(heading, cell)

    @property
    def is_sendable(self) -> bool:
        """Whether the row has no problem, or is one which no problem may hold back."""
        named = all(self._values.get(each) for each in (headings.NUMBER, headings.PRODUCT))
        return not self.problems or (named and self._values.get(headings.ACTION) in URGENT)

    def order(self) -> dict[str, object]:
        """The order of the row; what is required and missing has been written down as a problem."""
        self._resolve_district()
        self._check_fusion()
        for each in headings.REQUIRED:
            self._require(each)
        return self._nested()

    def _read(self, heading: str, cell: object) -> None:
        name = headings.field_of(heading)
        if name is not None:
            self._headings.setdefault(name, heading)
        if cells.is_empty(cell) or name == headings.REFUSAL:
            return
        if name is None:
            self._keep(heading, cell)
        elif name in self._cells:
            self._fail(heading, f"means the same as {self._headings[name]}: keep one of the two", cell)
        else:
            self._convert(name, heading, cell)

    def _convert(self, name: str, heading: str, cell: object) -> None:
        self._headings[name], self._cells[name] = heading, cell
        read = cells.value if name.startswith(_PARTS) else READ.get(name, cells.text)
        try:
            value = read(cell)
        except ValueError as problem:
            self._fail(heading, str(problem), cell)
        else:
            if value is not None:
                self._values[name] = value

    def _fail(self, heading: str, sentence: str, cell: object = None) -> None:
        self.problems.append(f"{heading} {sentence}")
        if cell is not None:
            self._keep(heading, cell)

    def _keep(self, heading: str, cell: object) -> None:
        self._extra[heading] = str(cell) if isinstance(cell, dt.date) else cell

    def _heading(self, name: str) -> str:
        return self._headings.get(name, f"{headings.chinese(name)} ({headings.english(name)})")

    def _resolve_district(self) -> None:
        """安装地址所在区县 may be a name; a code in its own column counts more."""
        if headings.DISTRICT not in self._values:
            return
        heading, name = self._heading(headings.DISTRICT), str(self._values.pop(headings.DISTRICT))
        code = name if name.isdecimal() else self._code(name)
        if code is None or headings.DISTRICT_CODE in self._values:
            self._keep(heading, name)
        else:
            self._values[headings.DISTRICT_CODE] = code

    def _code(self, name: str) -> str | None:
        """The code of 金水区, also where the cell says 郑州市金水区."""
        ends = [known for known in self._districts if name.endswith(known)]
        return self._districts[max(ends, key=len)] if ends else None

    def _check_fusion(self) -> None:
        """The words of the fusion agree as far as one row can tell."""
        related = self._values.pop(headings.RELATED, None)
        others = self._values.get(headings.RELATED_COUNT) or self._values.get(headings.RELATED_NUMBERS)
        count, numbers = (self._heading(each) for each in (headings.RELATED_COUNT, headings.RELATED_NUMBERS))
        if related is True and not others:
            sentence = f"says yes, but neither {count} nor {numbers} says for which orders to wait: fill one"
            self._fail(self._heading(headings.RELATED), sentence)
        if related is False and others:
            sentence = f"says no, but {count} or {numbers} names other orders: mend one of them"
            self._fail(self._heading(headings.RELATED), sentence)
        if related is not None:
            self._keep(self._heading(headings.RELATED), self._cells[headings.RELATED])
        if headings.FUSION_KEY not in self._values:
            self._check_unfused(others)

    def _check_unfused(self, others: object) -> None:
        if self._values.get(headings.FUSED) or others:
            sentence = "is empty, but the order is fused or has related orders: write the key they share"
            self._fail(self._heading(headings.FUSION_KEY), sentence)
        for each in (headings.FUSED, headings.RELATED_COUNT, headings.RELATED_NUMBERS):
            if self._values.get(each):
                self._keep(self._heading(each), self._cells[each])
            self._values.pop(each, None)

    def _require(self, name: str) -> None:
        if name in self._values:
            return
        self._values[name] = ""
        if not any(problem.startswith(f"{self._heading(name)} ") for problem in self.problems):
            self._fail(self._heading(name), "is empty: every order needs one")

    def _nested(self) -> dict[str, object]:
        given = self._values.pop(headings.EXTRA, {})
        order: dict[str, object] = {}
        for name, value in self._values.items():
            head, _, part = name.partition(".")
            inner = order.setdefault(head, {} if part else value)
            if part and isinstance(inner, dict):
                order[head] = {**inner, part: value}
            elif part:
                sentence = f"cannot be a part of {head}, which is no JSON object: write both as one"
                self._fail(self._headings[name], sentence, value)
        extra = {**self._extra, **(given if isinstance(given, dict) else {headings.EXTRA: given})}
        return {**order, headings.EXTRA: extra} if extra else order


_PARTS = tuple(f"{name}." for name in headings.OPEN)
_NESTED = ("customer", "address", "fusion")


def flat(row: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Heading and cell, what is nested in ``customer`` as ``customer.number`` and so on."""
    for heading, cell in row.items():
        if isinstance(cell, dict) and heading in _NESTED:
            yield from ((f"{heading}.{part}", inner) for part, inner in cell.items())
        else:
            yield heading, cell
