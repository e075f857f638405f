"""Reference data: what is saved, and what is not."""

from dataclasses import replace
from typing import Any

import pytest

from domain.administration import (
    alias_problems,
    rezoned_crews,
    saved_crew,
    saved_district,
    saved_member,
    saved_product,
)
from domain.catalogue import EvidenceRequirement, ProductRule, Threshold
from domain.refusals import DistrictHasCrew, InvalidInput, NotFound
from domain.values import (
    CrewId,
    DistrictCode,
    EvidenceKind,
    MemberId,
    OrderAction,
    ProductCode,
    SubTaskKind,
)
from domain.wishes import RezoneCrews, SaveCrew, SaveDistrict, SaveMember, SaveProduct
from domain.world import Crew, Member
from tests import make

WORLD = make.world()
ALIASED = replace(
    WORLD,
    districts={
        **WORLD.districts,
        make.ERQI: replace(WORLD.districts[make.ERQI], aliases=("老城",)),
    },
)
NEW = DistrictCode("410999")


def problems(found: object) -> list[tuple[str, ...]]:
    """Where the input is wrong."""
    assert isinstance(found, InvalidInput), found
    return [problem.path for problem in found.problems]


def test_a_new_district_is_saved_as_it_was_given_each_alias_once() -> None:
    saved = saved_district(SaveDistrict(NEW, "高新区", "郑州市", ("高新", "高新")), WORLD)

    assert not isinstance(saved, InvalidInput)
    assert (saved.code, saved.name, saved.prefecture, saved.aliases) == (NEW, "高新区", "郑州市", ("高新",))


def test_a_district_without_a_word_on_aliases_keeps_them() -> None:
    saved = saved_district(SaveDistrict(make.ERQI, "二七区", "郑州市"), ALIASED)

    assert not isinstance(saved, InvalidInput)
    assert saved.aliases == ("老城",)


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        (SaveDistrict(DistrictCode("4101"), "高新区", "郑州市"), ("code",)),
        (SaveDistrict(NEW, " ", "郑州市"), ("name",)),
        (SaveDistrict(NEW, "高新区", "\0"), ("prefecture",)),
        (SaveDistrict(NEW, "高新区", "郑州市", ("",)), ("aliases", "0")),
        (SaveDistrict(NEW, "高新区", "郑州市", ("老城",)), ("aliases",)),
        (SaveDistrict(NEW, "高" * 201, "郑州市"), ("name",)),
    ],
)
def test_a_district_that_cannot_be_is_told_where_it_is_wrong(
    wish: SaveDistrict, path: tuple[str, ...]
) -> None:
    assert problems(saved_district(wish, ALIASED)) == [path]


def test_a_name_is_learned_for_one_district_only() -> None:
    assert alias_problems(make.JINSHUI, "郑东新区", ALIASED) == ()
    assert alias_problems(make.JINSHUI, "金水区", ALIASED) == ()
    assert [p.path for p in alias_problems(make.JINSHUI, "老城", ALIASED)] == [("learnAlias",)]
    assert [p.path for p in alias_problems(NEW, "", ALIASED)] == [("learnAlias",)]


def test_a_crew_is_made_without_an_id() -> None:
    saved = saved_crew(SaveCrew(make.PINGYU, "平舆班组", contractor="中通服"), WORLD)

    assert saved == Crew(CrewId(""), "平舆班组", make.PINGYU, "中通服", None)


def test_a_changed_crew_keeps_what_was_not_said() -> None:
    saved = saved_crew(SaveCrew(make.JINSHUI, "金水一班", id=make.JINSHUI_CREW), WORLD)

    assert saved == Crew(make.JINSHUI_CREW, "金水一班", make.JINSHUI, "豫中代维", make.WANG)


def test_a_district_takes_no_second_crew() -> None:
    refused = saved_crew(SaveCrew(make.JINSHUI, "金水二班"), WORLD)

    assert isinstance(refused, DistrictHasCrew)
    assert refused.crew == make.JINSHUI_CREW


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        (SaveCrew(NEW, "高新班组"), ("districtCode",)),
        (SaveCrew(make.PINGYU, ""), ("name",)),
        (SaveCrew(make.JINSHUI, "班组", id=make.JINSHUI_CREW, leader=make.SUN), ("leaderId",)),
        (SaveCrew(make.JINSHUI, "班组", id=make.JINSHUI_CREW, leader=MemberId("nobody")), ("leaderId",)),
    ],
)
def test_a_crew_that_cannot_be_is_told_where_it_is_wrong(wish: SaveCrew, path: tuple[str, ...]) -> None:
    assert problems(saved_crew(wish, WORLD)) == [path]


def test_what_is_unknown_is_not_changed() -> None:
    moves = ((CrewId("none"), make.ERQI),)

    assert isinstance(saved_crew(SaveCrew(make.PINGYU, "班组", id=CrewId("none")), WORLD), NotFound)
    assert isinstance(saved_member(SaveMember(CrewId("none"), "Xu", "1"), WORLD), NotFound)
    assert isinstance(
        saved_member(SaveMember(make.ERQI_CREW, "Xu", "1", id=MemberId("none")), WORLD), NotFound
    )
    assert isinstance(rezoned_crews(RezoneCrews(moves), WORLD), NotFound)
    assert isinstance(rezoned_crews(RezoneCrews(((make.ERQI_CREW, NEW),)), WORLD), NotFound)


def test_two_crews_change_places_at_once_and_one_alone_does_not() -> None:
    swap = ((make.JINSHUI_CREW, make.ERQI), (make.ERQI_CREW, make.JINSHUI))

    assert rezoned_crews(RezoneCrews(swap), WORLD) == dict(swap)
    refused = rezoned_crews(RezoneCrews(swap[:1]), WORLD)
    assert isinstance(refused, DistrictHasCrew)
    assert refused.crew == make.ERQI_CREW


def test_a_new_member_is_active() -> None:
    saved = saved_member(SaveMember(make.ERQI_CREW, "Xu", "13900000000", skills=("fibre",)), WORLD)

    assert saved == Member(MemberId(""), "Xu", "13900000000", make.ERQI_CREW, active=True, skills=("fibre",))


def test_a_changed_member_keeps_what_was_not_said() -> None:
    saved = saved_member(SaveMember(make.ERQI_CREW, "Li", "1", id=make.LI, active=False), WORLD)

    assert saved == Member(make.LI, "Li", "1", make.ERQI_CREW, active=False)


@pytest.mark.parametrize(
    ("fields", "path"), [({"name": ""}, ("name",)), ({"skills": ("ok", "")}, ("skills", "1"))]
)
def test_a_member_that_cannot_be_is_told_where_it_is_wrong(
    fields: dict[str, Any], path: tuple[str, ...]
) -> None:
    wish = replace(SaveMember(make.ERQI_CREW, "Xu", "1"), **fields)

    assert problems(saved_member(wish, WORLD)) == [path]


LINE = ProductCode("ENT_BROADBAND")
RULE = ProductRule(OrderAction.SURVEY, None, (SubTaskKind.CONSTRUCTION,), ())


def test_a_new_product_bears_no_line_unless_it_says_so() -> None:
    saved = saved_product(SaveProduct(ProductCode("VOICE"), "Voice", "语音", line_rank=5), WORLD)
    line = saved_product(SaveProduct(ProductCode("DATA"), "Data", "数据", line_bearing=True), WORLD)

    assert not isinstance(saved, InvalidInput)
    assert not isinstance(line, InvalidInput)
    assert (saved.line_bearing, saved.line_rank) == (False, None)
    assert (line.line_bearing, line.line_rank) == (True, 100)


def test_new_rules_replace_those_of_their_action_and_leave_the_others() -> None:
    saved = saved_product(SaveProduct(LINE, rules=(RULE,)), WORLD)

    assert not isinstance(saved, InvalidInput)
    assert [rule for rule in saved.rules if rule.action is OrderAction.SURVEY] == [RULE]
    assert {rule.action for rule in saved.rules} == set(OrderAction)
    assert (saved.name, saved.line_rank) == ("Enterprise broadband", 20)
    assert saved.thresholds == WORLD.products[LINE].thresholds


def piece(**fields: Any) -> ProductRule:
    """A rule with one piece of evidence."""
    usual = EvidenceRequirement("serial", EvidenceKind.TEXT, (), required=True, description="the serial")
    return replace(RULE, evidence=(replace(usual, **fields),))


def limit(lower: float, upper: float, metric: str = "rttMs") -> Threshold:
    return Threshold(metric, "ms", lower, upper, of_subscribed_rate=False, mandatory=True)


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        (SaveProduct(ProductCode("voice"), "Voice", "语音"), ("code",)),
        (SaveProduct(ProductCode("VOICE"), "Voice"), ("name",)),
        (SaveProduct(LINE, line_rank=0), ("lineRank",)),
        (SaveProduct(LINE, name=""), ("name",)),
        (SaveProduct(LINE, rules=(piece(name=""),)), ("rules", "0", "evidence", "0", "name")),
        (SaveProduct(LINE, rules=(piece(description=""),)), ("rules", "0", "evidence", "0", "description")),
        (SaveProduct(LINE, rules=(piece(choices=("a",)),)), ("rules", "0", "evidence", "0", "choices")),
        (
            SaveProduct(LINE, rules=(piece(kind=EvidenceKind.CHOICE),)),
            ("rules", "0", "evidence", "0", "choices"),
        ),
        (
            SaveProduct(LINE, rules=(replace(RULE, evidence=piece().evidence * 2),)),
            ("rules", "0", "evidence"),
        ),
        (SaveProduct(LINE, thresholds=(limit(5, 1),)), ("thresholds", "0", "lower")),
        (SaveProduct(LINE, thresholds=(limit(1, 5, ""),)), ("thresholds", "0", "metric")),
        (SaveProduct(LINE, activation_template=[1]), ("activationTemplate",)),
        (SaveProduct(LINE, check_template={"server": "\ud800"}), ("checkTemplate",)),
        (
            SaveProduct(LINE, activation_template={"subscribedRateMbps": 5}),
            ("activationTemplate", "subscribedRateMbps"),
        ),
    ],
)
def test_a_product_that_cannot_be_is_told_where_it_is_wrong(wish: SaveProduct, path: tuple[str, ...]) -> None:
    assert problems(saved_product(wish, WORLD)) == [path]


def test_templates_and_the_word_for_repairs_are_kept_until_they_are_given_anew() -> None:
    first = saved_product(
        SaveProduct(
            LINE, activation_template={"vlan": 2101}, check_template={"server": "zz"}, confirm_repairs=True
        ),
        WORLD,
    )
    assert not isinstance(first, InvalidInput)
    known = replace(WORLD, products={LINE: first})

    second = saved_product(SaveProduct(LINE, activation_template={}, name="Line"), known)

    assert not isinstance(second, InvalidInput)
    assert (first.activation_template, first.check_template) == ({"vlan": 2101}, {"server": "zz"})
    assert (second.activation_template, second.check_template) == ({}, {"server": "zz"})
    assert (first.confirm_repairs, second.confirm_repairs) == (True, True)


def test_new_thresholds_replace_all() -> None:
    saved = saved_product(SaveProduct(LINE, thresholds=(limit(1, 5),)), WORLD)

    assert not isinstance(saved, InvalidInput)
    assert saved.thresholds == (limit(1, 5),)
