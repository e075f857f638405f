"""Order files which are workbooks (XLSX): the first sheet, row by row, numbers as the text that was typed."""

import datetime as dt
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles.numbers import is_datetime

from gateway import cells
from gateway.order_tables import OrderFileError, Record, Row, records

_PADDED: Final = re.compile("0+")
"""A format such as 000000, which shows leading zeros that the number itself does not have."""


def records_of_xlsx(path: Path) -> Iterator[Record]:
    """The rows of the first sheet.

    Raises:
        OrderFileError: It is no workbook, is damaged, or its headings are not those of an order.
    """
    with path.open("rb") as file:
        with _told(path):
            book = load_workbook(file, read_only=True, data_only=True)
        try:
            yield from records(path, _rows(path, book), f"sheet “{book.sheetnames[0]}”")
        finally:
            book.close()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turns what the library's parsers meet in a damaged file into a sentence, and silences their remarks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except OSError:
            raise
        except Exception as error:
            raise OrderFileError(
                f"{path} is no readable XLSX workbook ({type(error).__name__}: {error}): it is damaged,"
                " protected by a password or an older .xls. Save it in a spreadsheet program as .xlsx again."
            ) from error


def _rows(path: Path, book: Workbook) -> Iterator[Row]:
    with _told(path):
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # programs write wrong ones, and rows beyond them would be lost
        rows = enumerate(sheet.rows, 1)
    while True:
        with _told(path):
            number, row = next(rows, (0, ()))
        if not number:
            return
        yield Row(number, [typed(cell) for cell in row])


def typed(cell: Cell | MergedCell) -> object:
    """What was typed into a cell: text, a day or a moment; a float only where it was rounded."""
    match cell.value:
        case bool() as value:
            return str(value).upper()
        case int() | float() as value:
            return _number(value, cell.number_format)
        case dt.datetime() as value if (
            is_datetime(cell.number_format) == "date" and value.time() == dt.time()
        ):
            return value.date()
        case None | str() | dt.date() as value:
            return value
        case value:
            return str(value)


def _number(value: float, number_format: str) -> object:
    if not float(value).is_integer():
        return format(value, f".{cells.EXACT_DIGITS}g")
    if not isinstance(value, int) and abs(value) >= 10**cells.EXACT_DIGITS:
        return value
    return str(int(value)).zfill(len(number_format) if _PADDED.fullmatch(number_format) else 0)
