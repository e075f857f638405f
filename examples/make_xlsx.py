"""Writes henan.xlsx from henan.csv as a person would type it: numbers as numbers, dates as dates."""

import csv
import datetime as dt
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

HERE = Path(__file__).parent
FORMATS = {"关联工单数量": "0", "区县编码": "0", "联系电话": "0" * 12}


def main() -> None:
    """Writes the workbook beside the table."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("工单")
    with (HERE / "henan.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        sheet.append(list(rows.fieldnames or ()))
        for row in rows:
            cells = [WriteOnlyCell(sheet, typed(heading, text)) for heading, text in row.items()]
            for heading, cell in zip(row, cells, strict=True):
                cell.number_format = FORMATS.get(heading, cell.number_format)
            sheet.append(cells)
    book.save(HERE / "henan.xlsx")


def typed(heading: str, text: str) -> str | int | dt.datetime | None:
    """The cell's value as a spreadsheet keeps it; an empty cell is none."""
    if heading == "要求完成时间" and text:
        return dt.datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - a spreadsheet's dates have no zone
    return int(text) if heading in FORMATS else text or None


if __name__ == "__main__":
    main()
