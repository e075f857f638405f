import io
import json
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gateway.client import GraphQLClient
from gateway.intake import intake
from gateway.order_files import READERS, Line, read_orders
from gateway.refused_files import WRITERS, RefusedFile
from tests.gateway.scripted import Script, accept_all, invalid, refuse, results, serving
from tests.gateway.written import FUSION, ORDER, ROW, csv_file, text_file, xlsx_file


async def refused_rows(path: Path, refused: Path, script: Script) -> tuple[int, str]:
    out = io.StringIO()
    async with serving(script) as gateway, GraphQLClient(gateway.url, "T") as client:
        return await intake(path, client, refused=refused, out=out), out.getvalue()


def order_file(folder: Path, suffix: str) -> Path:
    """Three rows, of which N3 cannot be read."""
    rows = [
        {**ROW, **FUSION, "工单号": number, "要求完成时间": "2026-11-22"} for number in ("N1", "N2", "N3")
    ]
    rows[2]["工单类型"] = "?"
    if suffix == ".xlsx":
        dates = [{**row, "要求完成时间": date(2026, 11, 22), "关联工单数量": 2} for row in rows]
        return xlsx_file(folder, list(rows[0]), *[list(row.values()) for row in dates])
    if suffix in {".csv", ".tsv"}:
        made = csv_file(folder, *rows, delimiter="\t" if suffix == ".tsv" else ",")
        return made.rename(folder / f"orders{suffix}")
    text = json.dumps(rows) if suffix == ".json" else "\n".join(map(json.dumps, rows))
    return text_file(folder, f"orders{suffix}", text)


@pytest.mark.parametrize("suffix", WRITERS)
async def test_refused_rows_can_be_corrected_and_sent_again(tmp_path: Path, suffix: str) -> None:
    path, refused, again = (
        order_file(tmp_path, suffix),
        tmp_path / f"refused{suffix}",
        tmp_path / f"again{suffix}",
    )
    _, second, _ = read_orders(path)

    code, told = await refused_rows(path, refused, refuse(["N2"]))

    assert code == 1
    assert f"The refused rows are in {refused}" in told
    first_again, last_again = read_orders(refused)
    assert first_again.order == second.order
    assert "拒绝原因" in first_again.source
    assert "N2 is refused" in str(first_again.source["拒绝原因"])
    assert last_again.order is None
    assert "工单类型 is “?”" in str(last_again.source["拒绝原因"])
    await refused_rows(refused, again, refuse(["N2"]))
    assert [list(line.source) for line in read_orders(again)] == [list(first_again.source)] * 2


async def test_without_refusals_no_file_comes_into_being(tmp_path: Path) -> None:
    path = text_file(tmp_path, "orders.jsonl", json.dumps(ORDER))
    refused = tmp_path / "refused.jsonl"

    code, told = await refused_rows(path, refused, accept_all)

    assert (code, told) == (0, "1 orders: 1 accepted, 0 duplicate, 0 amended, 0 refused.\n")
    assert not refused.exists()


async def test_the_reason_stands_under_an_english_heading_among_english_ones(tmp_path: Path) -> None:
    path, refused = text_file(tmp_path, "orders.jsonl", json.dumps(ORDER)), tmp_path / "refused.jsonl"

    await refused_rows(path, refused, refuse(["N1"]))

    assert json.loads(refused.read_text(encoding="utf-8")) == {**ORDER, "refusal": "N1 is refused"}


async def test_a_damaged_line_is_written_out_whole(tmp_path: Path) -> None:
    path, refused = text_file(tmp_path, "orders.jsonl", '{"number": "N1", '), tmp_path / "refused.jsonl"

    await refused_rows(path, refused, accept_all)

    assert json.loads(refused.read_text(encoding="utf-8"))["unreadable"] == '{"number": "N1",'


async def test_cells_beyond_the_headings_are_still_beyond_them(tmp_path: Path) -> None:
    path = csv_file(tmp_path, ROW)
    path.write_text(path.read_text(encoding="utf-8").replace("85号", "85号,3号楼"), encoding="utf-8")
    refused = tmp_path / "refused.csv"

    await refused_rows(path, refused, accept_all)

    (line,) = read_orders(refused)
    assert line.order is None
    assert "cells under 7 headings" in line.problems[0]
    assert "3号楼" in refused.read_text(encoding="utf-8-sig")


async def test_no_refused_cell_becomes_a_formula_and_every_number_stays_as_typed(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, [*list(ROW)[1:], "工单号"], [*list(ROW.values())[1:], 7])
    refused = tmp_path / "refused.xlsx"

    await refused_rows(path, refused, lambda _: results(invalid("=1+1\0")))

    sheet = load_workbook(refused).worksheets[0]
    assert [(cell.value, cell.data_type) for cell in sheet[2]][-2:] == [("7", "s"), ("=1+1\ufffd", "s")]


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        ("orders.jsonl", "is the file being sent"),
        ("refused.csv", "must end with .jsonl"),
        ("none/refused.jsonl", "cannot be written: No such file or directory"),
    ],
)
async def test_a_place_where_refused_rows_cannot_go_is_told(tmp_path: Path, refused: str, said: str) -> None:
    path = text_file(tmp_path, "orders.jsonl", json.dumps(ORDER))

    code, told = await refused_rows(path, tmp_path / refused, refuse(["N1"]))

    assert code == 1
    assert said in told
    assert path.read_text(encoding="utf-8") == json.dumps(ORDER)


def test_every_format_that_is_read_is_written(tmp_path: Path) -> None:
    for suffix in READERS:
        with RefusedFile(tmp_path / f"a{suffix}", tmp_path / f"b{suffix}") as file:
            file.add(Line(1, None, source=ROW), "?")

        assert [line.order for line in read_orders(tmp_path / f"a{suffix}")] == [ORDER]
