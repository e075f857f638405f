import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.order_files import read_orders
from tests.gateway.written import (
    ORDER,
    ROW,
    message_of,
    one,
    order_of,
    problem_of,
    xlsx_file,
)

HEADINGS = list(ROW)
CELLS = list(ROW.values())


def test_numbers_typed_as_numbers_come_back_as_text(tmp_path: Path) -> None:
    more = ["联系电话", "区县编码", "关联工单数量", "融合工单主键", "标准地址编码", "红名单", "备注"]
    typed = [13800000001.0, 410105, 1.0, 20261122, 7, True, 1.5]
    path = xlsx_file(
        tmp_path, [*HEADINGS, *more], [20261122000101.0, *CELLS[1:], *typed], formats={"K2": "000000"}
    )

    order = order_of(path)

    assert order["number"] == "20261122000101"
    assert order["customer"]["contactPhone"] == "13800000001"
    assert order["address"] == {"text": ROW["客户安装地址"], "districtCode": "410105", "standardId": "000007"}
    assert order["fusion"] == {"key": "20261122", "relatedCount": 1}
    assert order["redList"] is True
    assert order["extra"] == {"备注": "1.5"}


def test_a_number_with_more_digits_than_a_spreadsheet_keeps_is_refused(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, HEADINGS, [2.0261122000101e18, *CELLS[1:]])

    assert problem_of(path).startswith(
        "工单号 is 2.0261122000101e+18, a number which a spreadsheet has rounded"
    )


def test_dates_of_a_workbook_are_china_s(tmp_path: Path) -> None:
    due = [*HEADINGS, "要求完成时间"]
    moment, day = datetime(2026, 11, 22, 18, 0), date(2026, 11, 22)  # noqa: DTZ001 - a spreadsheet's have no zone
    path = xlsx_file(tmp_path, due, [*CELLS, moment], [*CELLS, day], [*CELLS, "2026-11-22"])

    dates = [(line.order or {})["dueAt"] for line in read_orders(path)]

    assert dates == ["2026-11-22T10:00:00Z", "2026-11-22T15:59:59Z", "2026-11-22T15:59:59Z"]


def test_the_first_row_with_content_of_the_first_sheet_holds_the_headings(tmp_path: Path) -> None:
    line = one(xlsx_file(tmp_path, [], [None, None], HEADINGS, [], CELLS))

    assert (line.number, line.order) == (5, ORDER)


def test_a_wrong_size_of_the_sheet_loses_no_row(tmp_path: Path) -> None:
    whole = xlsx_file(tmp_path, HEADINGS, CELLS, CELLS)
    path = tmp_path / "small.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(
                name, source.read(name).replace(b'<dimension ref="A1:F3"', b'<dimension ref="A1:B1"')
            )

    assert [line.order for line in read_orders(path)] == [ORDER, ORDER]


@given(st.binary(min_size=1, max_size=200))
def test_bytes_that_are_no_workbook_say_so(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.xlsx"
    path.write_bytes(content)

    assert "no readable XLSX workbook" in message_of(path)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_a_workbook_with_a_damaged_part_says_so(tmp_path: Path, part: str) -> None:
    whole = xlsx_file(tmp_path, HEADINGS, CELLS)
    path = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name)[:100] if name == part else source.read(name))

    assert "no readable XLSX workbook" in message_of(path)


def test_a_workbook_cut_short_says_so(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, HEADINGS, CELLS)
    path.write_bytes(path.read_bytes()[:-500])

    assert "Save it in a spreadsheet program as .xlsx again" in message_of(path)
