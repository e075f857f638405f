from __future__ import annotations

import pytest

from domain.districts import DistrictNames, district_in_text
from gateway.henan import read_districts

HENAN = read_districts()
CITIES = {district.prefecture.removesuffix("市") for district in HENAN}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("河南省郑州市金水区文化路85号", "410105"),
        ("金水区", "410105"),
        ("河南 郑州，金水 文化路85号", "410105"),
        ("金　水　区文化路85号", "410105"),
        ("郑州市郑州市金水区金水区文化路85号", "410105"),
        ("中国河南省郑州市金水区文化路85号", "410105"),
        ("郑州市金水区人民医院", "410105"),
        ("郑州金水丹尼斯3楼", "410105"),
        ("郑东新区商务外环路1号", "410105"),
        ("二七区二七路1号", "410103"),
        ("郑州二七大学路40号", "410103"),
        ("郑州市管城区南关街1号", "410104"),
        ("新乡县文化路1号", "410721"),
        ("新乡市新乡县文化路1号", "410721"),
        ("安阳县中华路1号", "410522"),
        ("新郑市新华路5号", "410184"),
        ("郑州新郑中华路5号", "410184"),
        ("开封市鼓楼区鼓楼街1号", "410204"),
        ("鼓楼区寺后街1号", "410204"),
        ("平顶山新华区建设路1号", "410402"),
        ("偃师市首阳路1号", "410307"),
        ("洛阳市吉利区大庆路1号", "410308"),
        ("许昌市许昌县新元大道1号", "411003"),
        ("开封县县府街1号", "410212"),
        ("陕县高阳路1号", "411203"),
        ("济源市沁园路1号", "419001"),
        ("济源沁园路1号", "419001"),
        ("南阳镇平文化路1号", "411324"),
        ("三门峡湖滨文化路1号", "411202"),
        ("滑县道口镇解放路3号", "410526"),
        ("新县委大院", "411523"),
        ("金水区民航路15号", "410105"),
    ],
)
def test_the_head_of_an_address_names_its_district(text: str, code: str) -> None:
    assert district_in_text(text, HENAN) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "文化路85号",
        "新乡市文化路1号",
        "新乡市新乡文化路1号",
        "郑州市文化路85号",
        "金水路85号",
        "郑州市金水路85号",
        "郑州金水东路33号",
        "郑州二七路1号",
        "郑州市二七广场1号",
        "新乡红旗渠路1号",
        "叶县路3号",
        "金水文化路85号",
        "郑州市金水区郑州市二七区大学路40号",
        "郑州市新华区建设路1号",
        "石家庄市新华区中华大街1号",
        "南京市鼓楼区中山路1号",
        "新郑机场",
        "郑州市场街3号",
        "河南省人民医院",
        "济源路1号",
    ],
)
def test_roads_cities_and_districts_elsewhere_name_no_district(text: str) -> None:
    assert district_in_text(text, HENAN) is None


def test_a_second_district_counts_only_behind_its_own_city() -> None:
    assert district_in_text("郑州市金水区二七大学路40号", HENAN) == "410105"


@pytest.mark.parametrize("district", HENAN, ids=lambda district: district.name)
def test_every_district_is_found_by_every_way_to_write_it(district: DistrictNames) -> None:
    city, name = district.prefecture, district.name
    bare = name.removesuffix("区").removesuffix("县").removesuffix("市")
    heads = [f"河南省{city}{name}", f"{city}{name}", name, f"{city[:-1]}{name}", f"河南{city[:-1]}{name}"]
    if len(bare) > 1 and bare not in CITIES:
        heads += [f"{city}{bare}", f"河南{city[:-1]}{bare}"]

    found = {district_in_text(f"{head}文化路85号", HENAN) for head in (*heads, *district.aliases)}

    assert found == {district.code}


@pytest.mark.parametrize("road", ["路", "街", "大道", "巷", "道"])
@pytest.mark.parametrize("district", HENAN[:-1], ids=lambda district: district.name)
def test_a_road_called_after_a_district_names_none(district: DistrictNames, road: str) -> None:
    bare = district.name.removesuffix("区").removesuffix("县").removesuffix("市")

    found = {district_in_text(f"{head}{bare}{road}1号", HENAN) for head in ("", district.prefecture)}

    assert found == {None}


def test_the_city_before_it_tells_two_districts_of_one_name_apart() -> None:
    drum_towers = (
        DistrictNames("410204", "鼓楼区", "开封市"),
        DistrictNames("320106", "鼓楼区", "南京市"),
    )

    found = [
        district_in_text(text, drum_towers)
        for text in ("南京市鼓楼区中山路1号", "开封鼓楼区寺后街1号", "鼓楼区1号")
    ]

    assert found == ["320106", "410204", None]


def test_no_districts_and_odd_ones_find_nothing() -> None:
    odd = (DistrictNames("990000", "", "", ("",)), DistrictNames("990001", "金水区", ""))

    found = [district_in_text("金水文化路1号", districts) for districts in ((), odd)]

    assert found == [None, None]
    assert district_in_text("金水区文化路1号", odd) == "990001"


def test_a_learned_alias_is_a_name() -> None:
    districts = (DistrictNames("410102", "中原区", "郑州市", ("高新区ｂ园",)),)

    assert district_in_text("郑州市高新区B园科学大道1号", districts) == "410102"
