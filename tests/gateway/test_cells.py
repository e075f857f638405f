from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import cells


@pytest.mark.parametrize(
    ("word", "action"),
    [
        *[(word, "SURVEY") for word in ("资源勘查单", "业务勘查单", "勘查单", "survey", "SURVEY")],
        *[(word, "ACTIVATION") for word in ("业务开通单", "开通单", "业务开通工单", "Activation order")],
        *[(word, "SUSPEND") for word in ("停机单", "停机", "停机工单", "suspend")],
        *[(word, "RESUME") for word in ("复机", "复机单", "RESUME")],
        *[(word, "TERMINATE") for word in ("注销单", "注销", "注销工单", "拆机", "terminate")],
    ],
)
def test_kinds_of_order_in_the_words_of_the_case(word: str, action: str) -> None:
    assert cells.action(word) == action


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("互联网专线", "INTERNET_LINE"),
        ("企宽", "ENT_BROADBAND"),
        ("企业宽带", "ENT_BROADBAND"),
        ("云视讯", "CLOUD_VIDEO"),
        ("千里眼", "CAMERA"),
        ("cloud_video", "CLOUD_VIDEO"),
        ("DATA_LINE", "DATA_LINE"),
    ],
)
def test_products_by_name_and_others_as_they_are(word: str, code: str) -> None:
    assert cells.product(word) == code


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-11-22 18:00", "2026-11-22T10:00:00Z"),
        ("2026/11/2 8:05:09", "2026-11-02T00:05:09Z"),
        ("2026年11月22日 18时30分", "2026-11-22T10:30:00Z"),
        ("20261122180000", "2026-11-22T10:00:00Z"),
        ("２０２６－１１－２２　１８：００", "2026-11-22T10:00:00Z"),
        ("2026-11-22T18:00:00+00:00", "2026-11-22T18:00:00Z"),
        ("2026-11-22T18:00:00.123Z", "2026-11-22T18:00:00Z"),
        ("2026-11-22", "2026-11-22T15:59:59Z"),
        ("20261122", "2026-11-22T15:59:59Z"),
    ],
)
def test_a_time_without_an_offset_is_china_s_and_a_day_means_its_end(cell: str, moment: str) -> None:
    assert cells.instant(cell) == moment


@given(
    st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(9999, 12, 30)),  # noqa: DTZ001 - as a spreadsheet's
    st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)
def test_a_moment_survives_being_written_in_any_zone(moment: datetime, zone: timezone) -> None:
    aware = moment.replace(tzinfo=UTC, microsecond=0)

    said = cells.instant(aware.astimezone(zone).isoformat())

    assert said is not None
    assert datetime.fromisoformat(said) == aware


@given(st.text())
def test_a_cell_is_understood_or_refused_with_a_remedy(cell: str) -> None:
    for read in (
        cells.text,
        cells.flag,
        cells.count,
        cells.action,
        cells.instant,
        cells.structure,
        cells.identifiers,
    ):
        said = _refusal(read, cell)

        assert said is None or (said.startswith("is ") and ": " in said)


def _refusal(read: Callable[[object], object], cell: str) -> str | None:
    try:
        read(cell)
    except ValueError as refusal:
        return str(refusal)
    return None


@pytest.mark.parametrize("cell", ["是", "Y", "yes", "TRUE", "1", " true "])
def test_words_that_mean_yes(cell: str) -> None:
    assert cells.flag(cell) is True


@pytest.mark.parametrize("cell", ["否", "N", "no", "FALSE", "0"])
def test_words_that_mean_no(cell: str) -> None:
    assert cells.flag(cell) is False


@pytest.mark.parametrize(
    "cell", ["N2、N3", "N2,N3", "N2，N3", "N2;N3", "N2；N3", "N2 N3", "N2|N3", "N2、 N3、"]
)
def test_related_numbers_stand_apart_by_any_usual_mark(cell: str) -> None:
    assert cells.identifiers(cell) == ["N2", "N3"]


@pytest.mark.parametrize("cell", ['="0371"', "\t0371", " 0371\u3000"])
def test_what_keeps_a_spreadsheet_from_rounding_is_no_part_of_the_text(cell: str) -> None:
    assert cells.identifier(cell) == "0371"


@pytest.mark.parametrize(
    ("cell", "value"), [("1.10", "1.10"), ("1e5", "1e5"), ("12345678901234567", "12345678901234567")]
)
def test_a_text_that_only_looks_like_a_number_stays_one(cell: str, value: object) -> None:
    assert cells.value(cell) == value


@pytest.mark.parametrize(
    ("cell", "value"), [("2101", 2101), ("-8.5", -8.5), ("true", True), ("[1, 2]", [1, 2])]
)
def test_a_plain_number_of_activation_data_is_one(cell: str, value: object) -> None:
    assert cells.value(cell) == value


@pytest.mark.parametrize(
    ("cell", "text"), [(5, "5"), (5.0, "5"), (1.5, "1.5"), (" a ", "a"), (" ", None), (None, None)]
)
def test_any_scalar_of_json_is_a_text_where_one_is_wanted(cell: object, text: str | None) -> None:
    assert cells.text(cell) == text
