"""Order files which are tables: rows under headings, and CSV as programs and spreadsheets write it.

The first row that is not empty holds the headings. Records come one by one; a damaged one carries its fault
and the next is read on. What the file as a whole lacks is an ``OrderFileError``.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TextIO

from gateway import cells, headings

CHUNK_BYTES: Final = 1 << 20
CELL_CHARACTERS: Final = csv.field_size_limit()
"""What a CSV cell may hold; a longer one is nearly always a quotation mark that nobody closed."""
SURPLUS: Final = ""
"""The key, which no column has, of the cells beyond the last heading."""


class OrderFileError(Exception):
    """The file as a whole cannot be read or written; the text says why and what to do."""


class Row(NamedTuple):
    """One row of a table: its number in the file, its cells, and why it cannot be read, if so."""

    number: int
    cells: Sequence[object]
    fault: str = ""


class Record(NamedTuple):
    """The same with the cells by heading."""

    number: int
    cells: Mapping[str, object]
    fault: str = ""


def records_of_csv(path: Path) -> Iterator[Record]:
    """The rows of a text file with commas, semicolons or tabs, in UTF-8, GB18030 or UTF-16."""
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        delimiter = _delimiter(file)
        file.seek(0)
        yield from records(
            path, _rows(file, delimiter), f"read as {encoding.upper()} with “{delimiter}” between"
        )


def records(path: Path, rows: Iterator[Row], how: str) -> Iterator[Record]:
    """The rows under their headings.

    Raises:
        OrderFileError: A column which every order needs is missing, or two columns mean the same.
    """
    head = next((row for row in rows if not all(map(cells.is_empty, row.cells))), None)
    if head is None:
        raise OrderFileError(
            f"{path} is empty: export it again with a row of headings and a row for each order."
        )
    if head.fault:
        raise OrderFileError(f"{path}, line {head.number}: the row of headings {head.fault}.")
    found = [str(cell or "").strip() for cell in head.cells]
    _check(path, found, how)
    names = _unique(found)
    for row in rows:
        yield _record(row, names)


def _check(path: Path, found: Sequence[str], how: str) -> None:
    shown = ", ".join(filter(None, found))
    if lacking := headings.missing(found):
        raise OrderFileError(
            f"{path} lacks the columns {', '.join(lacking)}. The headings found"
            f" in the first row with content ({how}) are: {shown}. Add or rename what is missing."
        )
    if pairs := headings.ambiguous(found):
        both = "; ".join(f"“{one}” and “{other}”" for one, other in pairs)
        raise OrderFileError(
            f"{path} has columns that mean the same: {both}. Rename or remove one of each pair."
        )


def _unique(found: Sequence[str]) -> list[str]:
    """A name for each column, also for one without a heading and for a heading that comes again."""
    names: list[str] = []
    for place, heading in enumerate(found, 1):
        name = heading or f"column {place}"
        names.append(name if name not in names else f"{name} ({place})")
    return names


def _record(row: Row, names: Sequence[str]) -> Record:
    padded = [*row.cells, *[""] * (len(names) - len(row.cells))]
    by_name = dict(zip(names, padded, strict=False))
    surplus = list(row.cells[len(names) :])
    if row.fault or all(map(cells.is_empty, surplus)):
        return Record(row.number, by_name, row.fault)
    fault = (
        f"has {len(row.cells)} cells under {len(names)} headings: put a text that holds the separator in"
        " quotation marks, or give the column a heading"
    )
    return Record(row.number, by_name | {SURPLUS: surplus}, fault)


def _rows(file: TextIO, delimiter: str) -> Iterator[Row]:
    """The rows of CSV; of one that is damaged the text as it stands, in its first cell."""
    taken: list[str] = []
    reader = csv.reader(_taking(file, taken), delimiter=delimiter, strict=True)
    while True:
        taken.clear()
        number = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(number, ["".join(taken).rstrip("\r\n")], _fault(str(error)))
        else:
            yield Row(number, row)


def _taking(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    for text in lines:
        taken.append(text)
        yield text


def _fault(error: str) -> str:
    if "expected after" in error:
        return 'has text behind a closing quotation mark: write "" for a quotation mark inside a cell'
    return (
        "opens a quotation mark that is not closed, so that the lines which follow belong to the same cell"
        f" (of {CELL_CHARACTERS} characters at most): close it"
    )


def _delimiter(file: TextIO) -> str:
    """The separator that the first line with content holds most often outside quotation marks."""
    first = next((text for text in iter(lambda: file.readline(CHUNK_BYTES), "") if text.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(",;\t", key=bare.count)


def encoding_of(path: Path) -> str:
    """The encoding in which the whole file can be read: exports without a mark are UTF-8 or often GB18030.

    Raises:
        OrderFileError: It is neither.
    """
    with path.open("rb") as file:
        start = file.read(3)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig"] if start == codecs.BOM_UTF8 else ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        if _decodes(path, encoding):
            return encoding
    raise OrderFileError(f"{path} is text in neither UTF-8 nor GB18030: save it in UTF-8 and send it again.")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
    return True
