import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.headings import NAMES, REQUIRED, field_of
from gateway.order_files import read_orders
from gateway.order_rows import URGENT, line
from tests.gateway.written import FUSION, ORDER, ROW, csv_file, one, order_of, problem_of, text_file


def test_a_row_becomes_an_order_of_the_api(tmp_path: Path) -> None:
    more = {
        "需求信息": "200M",
        "应用场景": "办公",
        "业务保障级别": "AA",
        "联系人": "前台",
        "联系电话": "0371 1",
    }
    place = {
        "区县编码": "410105",
        "标准地址编码": "SA-9",
        "红名单": "是",
        "后付费": "N",
        "设备序列号": "A|B;C D",
    }

    order = order_of(
        csv_file(tmp_path, {**ROW, **FUSION, **more, **place, "要求完成时间": "2026-11-22 18:00"})
    )

    assert order == {
        **ORDER,
        "customer": {
            "number": "K1",
            "name": "示例商贸有限公司",
            "contactName": "前台",
            "contactPhone": "0371 1",
        },
        "address": {"text": "郑州市金水区文化路85号", "districtCode": "410105", "standardId": "SA-9"},
        "fusion": {"key": "FK-1", "fused": True, "relatedCount": 2, "relatedNumbers": ["N2", "N3"]},
        "requirement": "200M",
        "scenario": "办公",
        "assuranceLevel": "AA",
        "redList": True,
        "postPay": False,
        "installedSerials": ["A", "B", "C", "D"],
        "dueAt": "2026-11-22T10:00:00Z",
        "extra": {"是否有关联工单": "是"},
    }


@pytest.mark.parametrize(("field", "names"), NAMES.items())
def test_every_heading_means_its_field_however_it_is_spelt(field: str, names: str) -> None:
    for name in names.split(", "):
        spellings = [
            name,
            f"*{name}",
            f" {name.upper()} ",
            f"{name}（必填）",
            name.replace(" ", "_"),
            name.title(),
        ]

        assert {field_of(each) for each in spellings} == {field}


@pytest.mark.parametrize("heading", ["orderNumber", "order_number", "Order number", "ORDER-NUMBER", "number"])
def test_english_headings_need_no_particular_case(heading: str) -> None:
    assert field_of(heading) == "number"


@given(st.permutations([*ROW, *FUSION]))
def test_columns_may_stand_in_any_order(names: list[str]) -> None:
    known = {**ROW, **FUSION}

    assert line(1, {name: known[name] for name in names}, {}).order == line(1, known, {}).order


@given(st.dictionaries(st.text(min_size=1), st.text(min_size=1)))
def test_no_cell_is_lost_or_stops_the_reader(unknown: dict[str, str]) -> None:
    strange = {
        heading: cell for heading, cell in unknown.items() if field_of(heading) is None and cell.strip()
    }

    order = line(1, {**strange, **ROW}, {}).order

    assert order == ({**ORDER, "extra": strange} if strange else ORDER)


def test_unknown_columns_are_kept_even_without_a_heading(tmp_path: Path) -> None:
    row = {**ROW, "渠道经理": "007", "": "?", "备注": ""}

    assert order_of(csv_file(tmp_path, row))["extra"] == {"渠道经理": "007", "column 8": "?"}


def test_what_is_unknown_inside_a_nested_object_is_kept(tmp_path: Path) -> None:
    order = {**ORDER, "customer": {"number": "K1", "name": "A", "vat": "7"}, "extra": {"a": 1}, "colour": [2]}

    path = text_file(tmp_path, "a.jsonl", json.dumps(order))

    assert order_of(path)["extra"] == {"customer.vat": "7", "colour": [2], "a": 1}


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("工单类型", "移机单", "an unknown kind of order: write 资源勘查单 (SURVEY)"),
        ("要求完成时间", "2026-13-01", "no date: write it as"),
        ("要求完成时间", "2026-02-30 10:00", "no date: write it as"),
        ("要求完成时间", "0001-01-01 00:00", "no date: write it as"),
        ("要求完成时间", "soon", "no date: write it as"),
        ("关联工单数量", "two", "no count: write a whole number"),
        ("关联工单数量", "-1", "no count: write a whole number"),
        ("关联工单数量", "1.5", "no count: write a whole number"),
        ("关联工单数量", "4294967296", "no count: write a whole number"),
        ("红名单", "maybe", "neither yes nor no: write 是 or 否"),
        ("工单号", "2.02611E+13", "a spreadsheet has rounded"),
        ("联系电话", "#N/A", "fault of the spreadsheet's formula: write the value"),
        ("激活数据", "{vlan: 1}", "no JSON: write such as"),
        ("工单号", "  ", "is empty: every order needs one"),
        ("客户名称", "", "is empty: every order needs one"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_with_the_remedy(
    tmp_path: Path, column: str, cell: str, said: str
) -> None:
    problem = problem_of(csv_file(tmp_path, {**ROW, **FUSION, column: cell}))

    assert problem.startswith(column)
    assert said in problem


def test_a_row_with_a_problem_leaves_the_others_alone(tmp_path: Path) -> None:
    path = csv_file(tmp_path, ROW, {**ROW, "工单类型": "?"}, {**ROW, "工单号": "N3"})

    assert [(each.number, each.order is None) for each in read_orders(path)] == [
        (2, False),
        (3, True),
        (4, False),
    ]


@pytest.mark.parametrize("action", sorted(URGENT))
def test_no_fault_of_its_row_holds_a_suspension_or_termination_back(tmp_path: Path, action: str) -> None:
    row = {**ROW, **FUSION, "工单类型": action, "关联工单数量": "two", "要求完成时间": "soon", "客户名称": ""}

    read = one(csv_file(tmp_path, row))

    assert read.order is not None
    assert read.order["customer"] == {"number": "K1", "name": ""}
    assert read.order["fusion"] == {"key": "FK-1", "fused": True, "relatedNumbers": ["N2", "N3"]}
    assert read.order["extra"] == {"是否有关联工单": "是", "关联工单数量": "two", "要求完成时间": "soon"}
    assert [problem.split()[0] for problem in read.problems] == ["关联工单数量", "要求完成时间", "客户名称"]


@pytest.mark.parametrize("column", ["工单号", "业务类型"])
def test_a_suspension_needs_its_number_and_product(tmp_path: Path, column: str) -> None:
    assert column in problem_of(csv_file(tmp_path, {**ROW, "工单类型": "停机单", column: ""}))


def test_a_related_order_without_count_or_number_is_refused(tmp_path: Path) -> None:
    problem = problem_of(csv_file(tmp_path, {**ROW, **FUSION, "关联工单数量": "", "关联工单号": ""}))

    assert problem.startswith("是否有关联工单 says yes, but neither 关联工单数量 nor 关联工单号")


def test_related_orders_that_the_flag_denies_are_refused(tmp_path: Path) -> None:
    problem = problem_of(csv_file(tmp_path, {**ROW, **FUSION, "是否有关联工单": "否"}))

    assert problem.startswith("是否有关联工单 says no, but 关联工单数量 or 关联工单号")


def test_a_fused_order_without_its_key_is_refused(tmp_path: Path) -> None:
    problem = problem_of(csv_file(tmp_path, {**ROW, **FUSION, "融合工单主键": ""}))

    assert problem.startswith("融合工单主键 is empty, but the order is fused")


def test_an_order_that_is_not_fused_has_no_fusion(tmp_path: Path) -> None:
    alone = {
        "融合工单主键": "",
        "是否为融合产品": "否",
        "是否有关联工单": "否",
        "关联工单数量": "0",
        "关联工单号": "",
    }

    assert order_of(csv_file(tmp_path, {**ROW, **alone})) == {**ORDER, "extra": {"是否有关联工单": "否"}}


def test_activation_data_comes_from_its_columns_and_from_json(tmp_path: Path) -> None:
    data = {
        "激活数据": '{"olt": 1}',
        "activationData.vlan": "2101",
        "激活数据.port": "0/3/7",
        "checkData.serial": "007",
    }

    order = order_of(csv_file(tmp_path, {**ROW, **data}))

    assert order["activationData"] == {"olt": 1, "vlan": 2101, "port": "0/3/7"}
    assert order["checkData"] == {"serial": "007"}


@pytest.mark.parametrize("name", ["金水区", "郑州市金水区", "410105"])
def test_a_district_may_be_given_by_name_or_code(tmp_path: Path, name: str) -> None:
    path = csv_file(tmp_path, {**ROW, "安装地址所在区县": name})

    (read,) = read_orders(path, {"金水区": "410105", "水区": "999999"})

    assert read.order == {**ORDER, "address": {"text": ROW["客户安装地址"], "districtCode": "410105"}}


def test_the_name_of_an_unknown_district_is_kept(tmp_path: Path) -> None:
    assert order_of(csv_file(tmp_path, {**ROW, "安装地址所在区县": "某区"}))["extra"] == {
        "安装地址所在区县": "某区"
    }


def test_a_part_of_data_which_is_no_object_is_refused(tmp_path: Path) -> None:
    problem = problem_of(csv_file(tmp_path, {**ROW, "激活数据": "[1]", "激活数据.vlan": "1"}))

    assert (
        problem
        == "激活数据.vlan cannot be a part of activationData, which is no JSON object: write both as one"
    )


def test_two_keys_of_one_object_that_mean_the_same_are_refused(tmp_path: Path) -> None:
    path = text_file(tmp_path, "a.jsonl", json.dumps({**ORDER, "工单号": "N2"}))

    assert problem_of(path) == "工单号 means the same as number: keep one of the two"


def test_every_required_field_is_named_where_a_json_object_lacks_it(tmp_path: Path) -> None:
    problem = problem_of(text_file(tmp_path, "a.jsonl", '{"requirement": "x"}'))

    assert all(NAMES[field].split(", ")[0] in problem for field in REQUIRED)


@pytest.mark.parametrize(
    ("field", "value"),
    [("number", ["N1"]), ("customer", ["K1"]), ("redList", 2), ("dueAt", 5), ("requirement", {})],
)
def test_a_json_value_of_another_type_is_a_problem_of_its_row_alone(
    tmp_path: Path, field: str, value: object
) -> None:
    path = text_file(tmp_path, "a.jsonl", json.dumps({**ORDER, field: value}))

    assert field in problem_of(path)


def test_a_cell_of_any_length_is_passed_on(tmp_path: Path) -> None:
    address = "路" * 10_001

    assert order_of(csv_file(tmp_path, {**ROW, "客户安装地址": address}))["address"] == {"text": address}
