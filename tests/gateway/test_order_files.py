import csv
import json
from pathlib import Path

import pytest

from gateway.order_files import READERS, read_orders
from gateway.order_tables import CELL_CHARACTERS
from tests.gateway.written import (
    EXAMPLES,
    ORDER,
    ROW,
    csv_file,
    csv_text,
    message_of,
    one,
    order_of,
    problem_of,
    text_file,
    xlsx_file,
)

HEADINGS = list(ROW)
CELLS = list(ROW.values())


# What every format has in common


def test_every_format_gives_the_same_orders_for_the_same_rows(tmp_path: Path) -> None:
    with (EXAMPLES / "henan.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    (tmp_path / "a.json").write_text(json.dumps(rows), encoding="utf-8")
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    (tmp_path / "a.tsv").write_text(csv_text(*rows, delimiter="\t"), encoding="utf-16")
    files = [EXAMPLES / "henan.csv", EXAMPLES / "henan.xlsx", *sorted(tmp_path.iterdir())]

    orders = [[(line.order, line.problems) for line in read_orders(file)] for file in files]

    assert len(orders) == 5
    assert len(orders[0]) == 8
    assert all(each == orders[0] for each in orders)


def test_the_lines_of_g1_are_the_first_rows_of_the_table() -> None:
    table = [line.order or {} for line in read_orders(EXAMPLES / "henan.csv")][:2]

    lines = [line.order for line in read_orders(EXAMPLES / "g1.jsonl")]

    assert lines == [{name: value for name, value in order.items() if name != "extra"} for order in table]


@pytest.mark.parametrize("suffix", READERS)
def test_a_file_without_a_byte_says_so(tmp_path: Path, suffix: str) -> None:
    assert "is empty: export it again" in message_of(text_file(tmp_path, f"orders{suffix}", ""))


@pytest.mark.parametrize("suffix", READERS)
def test_a_file_that_is_not_there_says_so(tmp_path: Path, suffix: str) -> None:
    assert "does not exist: check its name" in message_of(tmp_path / f"orders{suffix}")


@pytest.mark.parametrize("name", ["orders", "orders.csv"])
def test_a_folder_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()

    assert "is a folder: name one file" in message_of(tmp_path / name)


@pytest.mark.parametrize("name", ["orders", "orders.xls", "orders.pdf"])
def test_a_file_of_no_known_format_names_those_that_are(tmp_path: Path, name: str) -> None:
    assert ".jsonl, .ndjson, .json, .csv, .tsv, .xlsx" in message_of(text_file(tmp_path, name, "?"))


@pytest.mark.parametrize("missing", HEADINGS)
def test_a_missing_column_fails_the_file_and_names_what_was_found(tmp_path: Path, missing: str) -> None:
    row = {name: cell for name, cell in ROW.items() if name != missing}

    message = message_of(csv_file(tmp_path, row))

    assert f"lacks the columns {missing} (" in message
    assert ", ".join(row) in message
    assert "Add or rename what is missing" in message


def test_a_workbook_with_a_missing_column_fails_as_well(tmp_path: Path) -> None:
    assert "lacks the columns 工单号 (order number)" in message_of(
        xlsx_file(tmp_path, HEADINGS[1:], CELLS[1:])
    )


def test_two_columns_that_mean_the_same_fail_the_file(tmp_path: Path) -> None:
    assert "“客户安装地址” and “安装地址”" in message_of(csv_file(tmp_path, {**ROW, "安装地址": "?"}))


def test_headings_without_an_order_fail_the_file(tmp_path: Path) -> None:
    assert "holds no order" in message_of(text_file(tmp_path, "a.csv", ",".join(HEADINGS)))


def test_rows_without_content_are_skipped_and_counted(tmp_path: Path) -> None:
    blank = dict.fromkeys(ROW, " ")
    path = text_file(
        tmp_path, "a.csv", "\n,,\n" + csv_text(ROW, blank, {**blank, "工单号": ""}, ROW) + "\n\n"
    )

    assert [line.number for line in read_orders(path)] == [4, 7]


def test_a_row_with_nothing_but_a_reason_of_refusal_is_empty(tmp_path: Path) -> None:
    path = csv_file(tmp_path, {**ROW, "拒绝原因": ""}, {**dict.fromkeys(ROW, ""), "拒绝原因": "?"})

    assert order_of(path) == ORDER


# CSV


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_usual_encoding_and_separator(tmp_path: Path, encoding: str, delimiter: str) -> None:
    assert order_of(csv_file(tmp_path, ROW, encoding=encoding, delimiter=delimiter)) == ORDER


def test_bytes_far_into_the_file_still_decide_the_encoding(tmp_path: Path) -> None:
    plain = dict.fromkeys(("number", "action", "product", "customer number", "customer", "address"), "1")
    rows = [{**plain, "action": "survey", "requirement": "x" * 1000} for _ in range(1200)]
    path = csv_file(tmp_path, *rows, {**rows[0], "address": "郑州"}, encoding="gb18030")

    *_, last = read_orders(path)

    assert last.order is not None
    assert last.order["address"] == {"text": "郑州"}


def test_text_in_no_known_encoding_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(csv_text(ROW).encode("utf-8-sig") + b"\xff\xff")

    assert "in neither UTF-8 nor GB18030: save it in UTF-8" in message_of(path)


def test_a_text_with_separators_and_line_breaks_is_one_cell(tmp_path: Path) -> None:
    address = '文化路85号, "东门"\n3号楼'

    line = one(csv_file(tmp_path, {**ROW, "客户安装地址": address}))

    assert (line.order or {})["address"] == {"text": address}


def test_more_cells_than_headings_are_a_problem_of_the_row(tmp_path: Path) -> None:
    text = csv_text(ROW).replace("85号", "85号,3号楼") + csv_text(ROW).splitlines()[1]

    broken, whole = read_orders(text_file(tmp_path, "a.csv", text))

    assert broken.order is None
    assert "has 7 cells under 6 headings" in broken.problems[0]
    assert whole.order == ORDER


def test_a_quotation_mark_that_is_not_closed_is_told_with_its_line(tmp_path: Path) -> None:
    text = csv_text(ROW, ROW) + '"N3,开通单\nN4,开通单\n'

    *whole, broken = read_orders(text_file(tmp_path, "a.csv", text))

    assert [line.order for line in whole] == [ORDER, ORDER]
    assert (broken.number, broken.order) == (4, None)
    assert "opens a quotation mark that is not closed" in broken.problems[0]
    assert "N4" in str(broken.source["工单号"])


def test_what_follows_a_cell_of_endless_length_is_read_on(tmp_path: Path) -> None:
    text = csv_text(ROW) + f'"{"x" * CELL_CHARACTERS}\n' + csv_text(ROW).splitlines()[1]

    lines = list(read_orders(text_file(tmp_path, "a.csv", text)))

    assert [line.order is None for line in lines] == [False, True, False]


def test_text_behind_a_closing_quotation_mark_is_a_problem_of_the_row(tmp_path: Path) -> None:
    text = csv_text(ROW) + '"N2" x,开通单\n'

    _, broken = read_orders(text_file(tmp_path, "a.csv", text))

    assert "text behind a closing quotation mark" in broken.problems[0]


def test_nul_is_passed_on_for_the_gateway_to_refuse(tmp_path: Path) -> None:
    assert order_of(csv_file(tmp_path, {**ROW, "客户名称": "A\0B"}))["customer"] == {
        "number": "K1",
        "name": "A\0B",
    }


# JSON


def test_a_line_that_is_no_json_is_told_with_its_place(tmp_path: Path) -> None:
    path = text_file(
        tmp_path, "a.jsonl", f'{json.dumps(ORDER)}\n\n{{"number": \n[1]\nNaN\n{json.dumps(ORDER)}'
    )

    lines = list(read_orders(path))

    assert [(line.number, line.order is None) for line in lines] == [
        *[(1, False), (3, True), (4, True), (5, True), (6, False)]
    ]
    assert "is no JSON (Expecting value: line 1 column 11" in lines[1].problems[0]
    assert "is no JSON object" in lines[2].problems[0]
    assert "NaN is no number of JSON" in lines[3].problems[0]


@pytest.mark.parametrize("suffix", [".jsonl", ".json"])
def test_half_a_character_is_refused_before_it_spoils_a_request(tmp_path: Path, suffix: str) -> None:
    text = json.dumps([{**ORDER, "requirement": "\ud800"}])

    problem = problem_of(text_file(tmp_path, f"a{suffix}", text if suffix == ".json" else text[1:-1]))

    assert "holds half of a character" in problem


def test_json_nested_without_end_is_refused(tmp_path: Path) -> None:
    deep = "[" * 100_000

    assert "nested too deeply" in problem_of(text_file(tmp_path, "a.jsonl", '{"extra":' + deep))
    assert "nested too deeply" in message_of(text_file(tmp_path, "a.json", deep))


def test_lines_that_are_an_array_are_told_their_name(tmp_path: Path) -> None:
    assert "name it with .json" in message_of(text_file(tmp_path, "a.jsonl", json.dumps([ORDER], indent=1)))


@pytest.mark.parametrize(
    ("text", "said"), [("{", "is no JSON (Expecting"), ('"x"', "no array"), ("[]", "no order")]
)
def test_a_json_file_without_an_array_of_orders_says_so(tmp_path: Path, text: str, said: str) -> None:
    assert said in message_of(text_file(tmp_path, "a.json", text))


def test_the_variables_of_the_mutation_are_an_order_file_too(tmp_path: Path) -> None:
    assert order_of(text_file(tmp_path, "a.json", json.dumps({"orders": [ORDER]}))) == ORDER
