"""Order files written for a test, and what is read from them."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from gateway.order_files import Line, OrderFileError, read_orders

EXAMPLES = Path(__file__).parents[2] / "examples"
ROW: dict[str, object] = {
    "工单号": "N1",
    "工单类型": "业务开通单",
    "业务类型": "企宽",
    "客户编号": "K1",
    "客户名称": "示例商贸有限公司",
    "客户安装地址": "郑州市金水区文化路85号",
}
ORDER: dict[str, object] = {
    "number": "N1",
    "action": "ACTIVATION",
    "product": "ENT_BROADBAND",
    "customer": {"number": "K1", "name": "示例商贸有限公司"},
    "address": {"text": "郑州市金水区文化路85号"},
}
FUSION: dict[str, object] = {
    "融合工单主键": "FK-1",
    "是否为融合产品": "是",
    "是否有关联工单": "是",
    "关联工单数量": "2",
    "关联工单号": "N2、N3",
}


def csv_text(*rows: Mapping[str, object], delimiter: str = ",") -> str:
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    table.writeheader()
    table.writerows(rows)
    return out.getvalue()


def csv_file(
    folder: Path, *rows: Mapping[str, object], encoding: str = "utf-8", delimiter: str = ","
) -> Path:
    path = folder / "orders.csv"
    path.write_bytes(csv_text(*rows, delimiter=delimiter).encode(encoding))
    return path


def text_file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def xlsx_file(folder: Path, *rows: list[Any], formats: dict[str, str] | None = None) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    for place, number_format in (formats or {}).items():
        sheet[place].number_format = number_format
    path = folder / "orders.xlsx"
    book.save(path)
    return path


def one(path: Path) -> Line:
    (line,) = read_orders(path)
    return line


def order_of(path: Path) -> dict[str, Any]:
    line = one(path)
    assert line.problems == ()
    assert line.order is not None
    return line.order


def problem_of(path: Path) -> str:
    line = one(path)
    assert line.order is None
    return "; ".join(line.problems)


def message_of(path: Path) -> str:
    with pytest.raises(OrderFileError) as raised:
        list(read_orders(path))
    assert str(path) in str(raised.value)
    return str(raised.value)
