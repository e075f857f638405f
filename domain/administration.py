"""The rules of reference data: districts, crews, members and products. It is outside the event log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from domain.catalogue import Product
from domain.districts import DistrictNames
from domain.refusals import DistrictHasCrew, InvalidInput, NotFound, Problem, Refusal
from domain.texts import problem_of_text
from domain.values import CrewId, DistrictCode, EvidenceKind, MemberId
from domain.wishes import (
    Changes,
    LearnAlias,
    RezoneCrews,
    SaveCrew,
    SaveDistrict,
    SaveMember,
    SaveProduct,
    Wish,
)
from domain.world import Crew, Member, World

LONGEST_NAME = 200
LONGEST_CODE = 64
_DISTRICT_CODE = re.compile("[0-9]{6}")
_PRODUCT_CODE = re.compile("[A-Z][A-Z0-9_]{0,63}")


def administer(wish: Wish, world: World) -> Changes | Refusal:
    """What a wish changes, or why not. Pure: the caller writes it."""
    return _RULES[type(wish)](wish, world)


def save_district(wish: SaveDistrict, world: World) -> Changes | InvalidInput:
    """Made or changed, by code. A name means one district only."""
    aliases = wish.aliases or ()
    problems = [
        *_texts({"code": wish.code, "name": wish.name, "prefecture": wish.prefecture}),
        *(p for n, alias in enumerate(aliases) for p in _text(alias, ("aliases", str(n)))),
        *_taken_names(wish.code, (wish.name, *aliases), world),
    ]
    if not _DISTRICT_CODE.fullmatch(wish.code):
        problems.append(Problem(("code",), "is not a district code; give six digits, such as 410105"))
    if problems:
        return _invalid(problems)
    known = world.districts.get(wish.code)
    kept = known.aliases if known is not None and wish.aliases is None else tuple(dict.fromkeys(aliases))
    district = DistrictNames(wish.code, wish.name, wish.prefecture, kept)
    return Changes(
        districts=(district,), touched_districts=frozenset({wish.code}), finds_districts=district != known
    )


def learn_alias(wish: LearnAlias, world: World) -> Changes | NotFound | InvalidInput:
    """The district with one more alias."""
    known = world.districts.get(wish.code)
    if known is None:
        return NotFound(f"district {wish.code} is unknown")
    if wish.alias in (known.name, *known.aliases):
        return Changes()
    problems = [
        *_text(wish.alias, ("learnAlias",)),
        *_taken_names(wish.code, (wish.alias,), world, ("learnAlias",)),
    ]
    if problems:
        return _invalid(problems)
    return Changes(
        districts=(replace(known, aliases=(*known.aliases, wish.alias)),),
        touched_districts=frozenset({wish.code}),
        finds_districts=True,
    )


def save_crew(wish: SaveCrew, world: World) -> Changes | DistrictHasCrew | NotFound | InvalidInput:
    """Made or changed. A district has exactly one crew; another district for a known crew is a rezoning."""
    known = world.crews.get(wish.id) if wish.id is not None else None
    if wish.id is not None and known is None:
        return NotFound(f"crew {wish.id} is unknown")
    if wish.district_code not in world.districts:
        return NotFound(f"district {wish.district_code} is unknown; saveDistrict makes it")
    problems = [*_texts({"name": wish.name, "contractor": wish.contractor})]
    crew_id = wish.id or wish.new_id
    leader = wish.leader if wish.leader is not None else known.leader if known is not None else None
    if wish.leader is not None and not _belongs(wish.leader, crew_id, world):
        problems.append(Problem(("leaderId",), "is not an active member of this crew; saveMember first"))
    if problems:
        return _invalid(problems)
    owner = world.crew_of(wish.district_code)
    if owner is not None and owner.id != crew_id:
        return DistrictHasCrew(f"district {wish.district_code} has the crew {owner.name}", owner.id)
    contractor = wish.contractor if wish.contractor is not None else known.contractor if known else None
    return _zoned([Crew(crew_id, wish.name, wish.district_code, contractor, leader)], world)


def rezone_crews(wish: RezoneCrews, world: World) -> Changes | DistrictHasCrew | NotFound:
    """Every named crew in its new district, if no district gets two."""
    targets = dict(wish.moves)
    for crew_id, code in targets.items():
        if crew_id not in world.crews:
            return NotFound(f"crew {crew_id} is unknown")
        if code not in world.districts:
            return NotFound(f"district {code} is unknown; saveDistrict makes it")
    holder: dict[DistrictCode, CrewId] = {}
    for crew in (*(c for c in world.crews.values() if c.id not in targets), *_moved(targets, world)):
        other = holder.setdefault(crew.district_code, crew.id)
        if other != crew.id:
            return DistrictHasCrew(f"district {crew.district_code} would have two crews", other)
    return _zoned(_moved(targets, world), world)


def save_member(wish: SaveMember, world: World) -> Changes | NotFound | InvalidInput:
    """Made or changed. Who leaves a crew, or is disabled, no longer leads it, and gives up what was claimed."""
    known = world.members.get(wish.id) if wish.id is not None else None
    if wish.id is not None and known is None:
        return NotFound(f"member {wish.id} is unknown")
    if wish.crew not in world.crews:
        return NotFound(f"crew {wish.crew} is unknown")
    skills = wish.skills
    problems = [
        *_texts({"name": wish.name, "phone": wish.phone}),
        *(p for n, skill in enumerate(skills or ()) for p in _text(skill, ("skills", str(n)))),
    ]
    if problems:
        return _invalid(problems)
    active = wish.active if wish.active is not None else known.active if known is not None else True
    kept = skills if skills is not None else known.skills if known is not None else ()
    member = Member(wish.id or wish.new_id, wish.name, wish.phone, wish.crew, active, tuple(kept))
    led = [c for c in world.crews.values() if c.leader == member.id and (c.id != member.crew or not active)]
    return Changes(
        members=(member,),
        crews=tuple(replace(crew, leader=None) for crew in led),
        touched_crews=frozenset({member.crew, *({known.crew} if known is not None else ())}),
    )


def save_product(wish: SaveProduct, world: World) -> Changes | InvalidInput:
    """Made or changed, by code. Orders keep what they were received with."""
    known = world.products.get(wish.code)
    problems = [*_texts({"name": wish.name, "nameZh": wish.name_zh}), *_rule_problems(wish)]
    if not _PRODUCT_CODE.fullmatch(wish.code):
        problems.append(Problem(("code",), "is no product code; give up to 64 of A-Z, 0-9 and _"))
    if known is None and (wish.name is None or wish.name_zh is None):
        problems.append(Problem(("name",), "a new product needs name and nameZh"))
    if wish.line_rank is not None and wish.line_rank < 1:
        problems.append(Problem(("lineRank",), f"is {wish.line_rank}; give 1 or more, the lowest leads"))
    if problems:
        return _invalid(problems)
    return Changes(products=(_product(wish, known or Product(wish.code, "", "", False, None, (), ())),))  # noqa: FBT003 - the row's own order of fields


def _product(wish: SaveProduct, known: Product) -> Product:
    bears = wish.line_bearing if wish.line_bearing is not None else known.line_bearing
    rank = wish.line_rank if wish.line_rank is not None else known.line_rank
    rules, named = wish.rules or (), {rule.action for rule in wish.rules or ()}
    return Product(
        code=wish.code,
        name=wish.name if wish.name is not None else known.name,
        name_zh=wish.name_zh if wish.name_zh is not None else known.name_zh,
        line_bearing=bears,
        line_rank=(rank if rank is not None else 100) if bears else None,
        rules=(*(rule for rule in known.rules if rule.action not in named), *rules),
        thresholds=wish.thresholds if wish.thresholds is not None else known.thresholds,
    )


def _rule_problems(wish: SaveProduct) -> Iterable[Problem]:
    for n, rule in enumerate(wish.rules or ()):
        for m, piece in enumerate(rule.evidence):
            path = ("rules", str(n), "evidence", str(m))
            yield from _text(piece.name, (*path, "name"))
            yield from _text(piece.description, (*path, "description"), longest=1000)
            if (piece.kind is EvidenceKind.CHOICE) != bool(piece.choices):
                yield Problem((*path, "choices"), "are for CHOICE, which needs at least one")
        twice = {piece.name for piece in rule.evidence}
        if len(twice) < len(rule.evidence):
            yield Problem(("rules", str(n), "evidence"), "has two pieces of one name")
    for n, limit in enumerate(wish.thresholds or ()):
        yield from _text(limit.metric, ("thresholds", str(n), "metric"))
        if limit.lower is not None and limit.upper is not None and limit.lower > limit.upper:
            yield Problem(("thresholds", str(n), "lower"), f"is above upper, {limit.upper}")


def _zoned(crews: list[Crew], world: World) -> Changes:
    """The changes for crews as they will be, with the districts that win or lose one."""
    before = {crew.id: world.crews[crew.id].district_code for crew in crews if crew.id in world.crews}
    districts = {crew.district_code for crew in crews} | set(before.values())
    moved = frozenset(
        crew.id for crew in crews if before.get(crew.id, crew.district_code) != crew.district_code
    )
    return Changes(crews=tuple(crews), moved=moved, touched_districts=frozenset(districts))


def _moved(targets: Mapping[CrewId, DistrictCode], world: World) -> list[Crew]:
    return [replace(world.crews[crew], district_code=code) for crew, code in targets.items()]


def _belongs(member: MemberId, crew: CrewId, world: World) -> bool:
    person = world.members.get(member)
    return person is not None and person.active and person.crew == crew


def _taken_names(
    code: DistrictCode, names: Iterable[str], world: World, path: tuple[str, ...] = ("aliases",)
) -> Iterable[Problem]:
    """Aliases which already mean another district. Names of districts may recur in another prefecture."""
    aliases = {alias: d.code for d in world.districts.values() for alias in d.aliases if d.code != code}
    for name in names:
        if name in aliases:
            yield Problem(path, f"{name} already means district {aliases[name]}")


def _texts(fields: Mapping[str, str | None]) -> Iterable[Problem]:
    for name, value in fields.items():
        if value is not None:
            yield from _text(value, (name,))


def _text(value: str, path: tuple[str, ...], *, longest: int = LONGEST_NAME) -> Iterable[Problem]:
    if not value.strip():
        yield Problem(path, "is empty; give a value")
    elif (problem := problem_of_text(value, path, longest)) is not None:
        yield problem


def _invalid(problems: Iterable[Problem]) -> InvalidInput:
    return InvalidInput("some fields of the input are wrong; nothing was stored", tuple(problems))


_RULES: Mapping[type[Wish], Callable[[Any, World], Changes | Refusal]] = {
    SaveDistrict: save_district,
    LearnAlias: learn_alias,
    SaveCrew: save_crew,
    RezoneCrews: rezone_crews,
    SaveMember: save_member,
    SaveProduct: save_product,
}
