"""Refused rows as a file of the format they came from, to be corrected and sent again.

Each row stands as it was, with one more column that says why it was refused; reading ignores that column.
The file comes into being with the first refused row: a sending without refusals leaves nothing behind.
"""

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell

from gateway import headings
from gateway.order_files import Line, OrderFileError
from gateway.order_tables import SURPLUS


class RefusedFile:
    """The refused rows of one sending, in the format of the file which was sent.

    Raises:
        OrderFileError: The path is the sent file itself, has another ending, or cannot be written.
    """

    def __init__(self, path: Path, sent: Path) -> None:
        if path.suffix.lower() != sent.suffix.lower():
            raise OrderFileError(
                f"{path} must end with {sent.suffix}, for refused rows keep the format of {sent}."
            )
        if path.resolve() == sent.resolve():
            raise OrderFileError(f"{path} is the file being sent: give the refused rows another name.")
        self.path = path
        self.count = 0
        self._rows: Rows | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._rows is not None:
            with self._told():
                self._rows.close()

    def add(self, line: Line, refusal: str) -> None:
        """Writes the row of a line with the reason."""
        with self._told():
            self._rows = self._rows or WRITERS[self.path.suffix.lower()](self.path)
            self._rows.add(line.source, refusal)
        self.count += 1

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OrderFileError(f"{self.path} cannot be written: {error.strerror or error}.") from error


class Rows(Protocol):
    """A file of one format while it is written."""

    def add(self, row: Mapping[str, object], refusal: str) -> None:
        """Writes one row."""

    def close(self) -> None:
        """Finishes the file."""


class _Csv:
    """A mark at the beginning tells spreadsheets that the file is UTF-8."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._table = csv.writer(self._file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")

    def add(self, row: Mapping[str, object], refusal: str) -> None:
        if self._file.tell() == 0:
            self._table.writerow(_headings(row))
        self._table.writerow(_cells(row, refusal))

    def close(self) -> None:
        self._file.close()


class _Xlsx:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet()
        self._is_empty = True

    def add(self, row: Mapping[str, object], refusal: str) -> None:
        if self._is_empty:
            self._sheet.append([self._cell(name) for name in _headings(row)])
            self._is_empty = False
        self._sheet.append([self._cell(cell) for cell in _cells(row, refusal)])

    def close(self) -> None:
        self._book.save(self._path)

    def _cell(self, value: object) -> Cell:
        """A text stays one, whatever it begins with: no cell of ours becomes a formula."""
        if isinstance(value, dt.datetime | float):
            return WriteOnlyCell(self._sheet, value)
        if isinstance(value, dt.date):
            day = WriteOnlyCell(self._sheet, dt.datetime.combine(value, dt.time()))
            day.number_format = "yyyy-mm-dd"
            return day
        cell = WriteOnlyCell(self._sheet, ILLEGAL_CHARACTERS_RE.sub("�", str(value or "")))
        cell.data_type = "s"
        return cell


class _JsonLines:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def add(self, row: Mapping[str, object], refusal: str) -> None:
        self._file.write(json.dumps(_object(row, refusal), ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._file.close()


class _Json:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: list[dict[str, object]] = []
        self._path.touch()  # a folder that does not exist is told with the first row, not after the last

    def add(self, row: Mapping[str, object], refusal: str) -> None:
        self._rows.append(_object(row, refusal))

    def close(self) -> None:
        self._path.write_text(json.dumps(self._rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _kept(row: Mapping[str, object]) -> dict[str, object]:
    """The row without the reason of the sending before."""
    return {
        name: cell
        for name, cell in row.items()
        if name != SURPLUS and headings.field_of(name) != headings.REFUSAL
    }


def _reason(row: Mapping[str, object]) -> str:
    """The heading of the reason, in the language of the others."""
    tongue = headings.english if all(name.isascii() for name in row) else headings.chinese
    return tongue(headings.REFUSAL)


def _object(row: Mapping[str, object], refusal: str) -> dict[str, object]:
    return {**_kept(row), _reason(row): refusal}


def _headings(row: Mapping[str, object]) -> list[str]:
    return [*_kept(row), _reason(row)]


def _cells(row: Mapping[str, object], refusal: str) -> list[object]:
    """The cells, the reason, and at last what stood beyond the headings, so that it is still beyond them."""
    surplus = row.get(SURPLUS, [])
    return [*_kept(row).values(), refusal, *(surplus if isinstance(surplus, list) else [surplus])]


WRITERS: Final[Mapping[str, Callable[[Path], Rows]]] = {
    ".jsonl": _JsonLines,
    ".ndjson": _JsonLines,
    ".json": _Json,
    ".csv": _Csv,
    ".tsv": _Csv,
    ".xlsx": _Xlsx,
}
"""Writers by the ending of the file's name: one for each that can be read."""
