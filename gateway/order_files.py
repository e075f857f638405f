"""Order files as the upstream system exports them: JSON lines, JSON, CSV and XLSX, one order a row.

Rows are read one by one, so that a file may be larger than the memory (a ``.json`` array excepted). Rows
without any content are skipped. What concerns one row is in its ``Line``; what concerns the file is an
``OrderFileError``.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from gateway import cells, headings
from gateway.order_rows import Line, line
from gateway.order_tables import OrderFileError, Record, encoding_of, records_of_csv
from gateway.workbooks import records_of_xlsx

__all__ = ["UNREADABLE", "Line", "OrderFileError", "read_orders"]

UNREADABLE: Final = "unreadable"
"""The heading of a line of text that is no JSON."""


def read_orders(path: Path, districts: Mapping[str, str] | None = None) -> Iterator[Line]:
    """The orders of a file, row by row.

    Args:
        path: A file whose ending says its format: one of ``READERS``.
        districts: Codes by names of districts, for files that name the district (安装地址所在区县).

    Raises:
        OrderFileError: It is no such file, lacks a column that every order needs, or holds no order.
    """
    try:
        yield from _lines(path, districts or {})
    except OSError as error:
        raise OrderFileError(f"{path} cannot be read: {error.strerror or error}.") from error


def _lines(path: Path, districts: Mapping[str, str]) -> Iterator[Line]:
    found = False
    for record in _reader(path)(path):
        if record.fault:
            yield Line(record.number, None, (f"The row {record.fault}",), record.cells)
        elif _is_blank(record):
            continue
        else:
            yield line(record.number, record.cells, districts)
        found = True
    if not found:
        raise OrderFileError(f"{path} holds no order: export it again with a row for each order.")


def _is_blank(record: Record) -> bool:
    return all(
        cells.is_empty(cell) or headings.field_of(heading) == headings.REFUSAL
        for heading, cell in record.cells.items()
    )


def _reader(path: Path) -> Callable[[Path], Iterator[Record]]:
    reader = READERS.get(path.suffix.lower())
    if path.is_dir():
        raise OrderFileError(f"{path} is a folder: name one file in it.")
    if reader is None:
        known = ", ".join(READERS)
        raise OrderFileError(f"{path} has no ending that says its format: name it with one of {known}.")
    if not path.exists():
        raise OrderFileError(f"{path} does not exist: check its name and folder.")
    if path.stat().st_size == 0:
        raise OrderFileError(f"{path} is empty: export it again with a row for each order.")
    return reader


def _records_of_json_lines(path: Path) -> Iterator[Record]:
    with path.open(encoding=encoding_of(path)) as file:
        for number, text in enumerate(file, 1):
            if number == 1 and text.lstrip().startswith("["):
                raise OrderFileError(
                    f"{path} begins as a JSON array, not as lines of JSON: name it with .json."
                )
            if text.strip():
                yield _record_of_text(number, text.strip())


def _record_of_text(number: int, text: str) -> Record:
    try:
        return _record(number, _parsed(text))
    except (ValueError, RecursionError) as error:
        return Record(number, {UNREADABLE: text}, f"is no JSON ({_place(error)}): write one object a line")


def _records_of_json(path: Path) -> Iterator[Record]:
    text = path.read_text(encoding=encoding_of(path))
    try:
        known = _parsed(text)
    except (ValueError, RecursionError) as error:
        raise OrderFileError(f"{path} is no JSON ({_place(error)}): write an array of orders.") from error
    if isinstance(known, dict):
        known = known.get("orders")
    if not isinstance(known, list):
        raise OrderFileError(f'{path} is no array of orders: write [{{"number": …}}, …].')
    yield from (_record(number, row) for number, row in enumerate(known, 1))


def _record(number: int, known: object) -> Record:
    if not isinstance(known, dict):
        return Record(number, {UNREADABLE: known}, 'is no JSON object: write {"number": …, …}')
    try:
        json.dumps(known, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        readable = json.loads(json.dumps(known).replace("\\ud", "\\\\ud"))
        return Record(number, readable, "holds half of a character (\\ud800 to \\udfff): write the whole one")
    except RecursionError as error:
        return Record(number, {UNREADABLE: "…"}, f"is {_place(error)}: write it flat")
    return Record(number, known)


def _parsed(text: str) -> object:
    known: object = json.loads(text, parse_constant=_no_constant)
    return known


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is no number of JSON")


def _place(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


READERS: Final[Mapping[str, Callable[[Path], Iterator[Record]]]] = {
    ".jsonl": _records_of_json_lines,
    ".ndjson": _records_of_json_lines,
    ".json": _records_of_json,
    ".csv": records_of_csv,
    ".tsv": records_of_csv,
    ".xlsx": records_of_xlsx,
}
"""Readers by the ending of the file's name."""
