from __future__ import annotations

from collections import Counter

from gateway.henan import demo_crews, read_districts

DISTRICTS = {district.code: district for district in read_districts()}
CREWS = {crew.district_code: crew for crew in demo_crews()}


def test_henan_has_54_districts_21_cities_and_82_counties() -> None:
    kinds = Counter(district.name[-1] for district in DISTRICTS.values())

    assert kinds == {"区": 54, "市": 21, "县": 82}


def test_every_county_level_unit_has_a_name_and_a_code_of_its_own_in_its_prefecture() -> None:
    districts = read_districts()
    prefecture_by_code = {(district.code[:4], district.prefecture) for district in districts}

    assert len({district.name for district in districts}) == len(DISTRICTS) == len(districts) == 157
    assert len(prefecture_by_code) == len({prefecture for _, prefecture in prefecture_by_code}) == 18
    assert all(len(code) == 6 and code.isdecimal() for code in DISTRICTS)


def test_old_names_and_zones_are_aliases_of_one_district_each() -> None:
    aliases = [(alias, code) for code, district in DISTRICTS.items() for alias in district.aliases]
    names = {district.name for district in DISTRICTS.values()}

    assert dict(aliases) == {
        "郑东新区": "410105",
        "管城区": "410104",
        "顺河区": "410203",
        "瀍河区": "410304",
        "偃师市": "410307",
        "孟津县": "410308",
        "吉利区": "410308",
        "淮阳县": "411603",
        "许昌县": "411003",
        "开封县": "410212",
        "陕县": "411203",
        "长垣县": "410783",
    }
    assert len(aliases) == 12
    assert names.isdisjoint(alias for alias, _ in aliases)


def test_every_district_but_one_has_a_demonstration_crew_of_three_to_twelve() -> None:
    sizes = {code: len(crew.members) for code, crew in CREWS.items()}
    unusual = {code: size for code, size in sizes.items() if not 3 <= size <= 12}

    assert DISTRICTS.keys() - CREWS.keys() == {"411723"}
    assert unusual == {"411502": 1, "410225": 0}
    assert (sizes["410105"], sizes["410103"], sizes["410183"]) == (6, 4, 3)
    assert len(set(sizes.values())) > 5


def test_a_demonstration_crew_has_one_leader_and_nobody_twice() -> None:
    for crew in CREWS.values():
        names = [member.name for member in crew.members]

        assert len(set(names)) == len(names)
        assert [member.leader for member in crew.members] == [place == 0 for place in range(len(names))]
        assert all(member.skills for member in crew.members)


def test_the_crew_of_a_district_is_called_after_it() -> None:
    assert CREWS["410105"].name == "金水区集客施工班组"
    assert CREWS["410105"].contractor


def test_phones_of_members_are_unique_mobile_numbers() -> None:
    phones = [member.phone for crew in CREWS.values() for member in crew.members]

    assert len(set(phones)) == len(phones)
    assert all(len(phone) == 11 and phone.startswith("13") and phone.isdecimal() for phone in phones)


def test_the_demonstration_is_the_same_each_time() -> None:
    demo_crews.cache_clear()

    assert demo_crews() == tuple(CREWS.values())
