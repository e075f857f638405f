"""The rules of reference data: districts, crews, members and products. It is outside the event log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from domain.catalogue import Product
from domain.districts import DistrictNames
from domain.refusals import DistrictHasCrew, InvalidInput, NotFound, Problem
from domain.repairs import is_contract_field
from domain.texts import problem_of_json, problem_of_text
from domain.values import CrewId, DistrictCode, EvidenceKind, MemberId
from domain.wishes import RezoneCrews, SaveCrew, SaveDistrict, SaveMember, SaveProduct
from domain.world import Crew, Member, World

LONGEST_NAME = 200
LONGEST_CODE = 64
_DISTRICT_CODE = re.compile("[0-9]{6}")
_PRODUCT_CODE = re.compile("[A-Z][A-Z0-9_]{0,63}")


def saved_district(wish: SaveDistrict, world: World) -> DistrictNames | InvalidInput:
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
    return DistrictNames(wish.code, wish.name, wish.prefecture, kept)


def alias_problems(code: DistrictCode, alias: str, world: World) -> tuple[Problem, ...]:
    """Why a name cannot mean a district from now on; none if it can, or does already."""
    known = world.districts.get(code)
    if known is not None and alias in (known.name, *known.aliases):
        return ()
    path = ("learnAlias",)
    return (*_text(alias, path), *_taken_names(code, (alias,), world, path))


def saved_crew(wish: SaveCrew, world: World) -> Crew | DistrictHasCrew | NotFound | InvalidInput:
    """Made, then without an id, or changed. A district has exactly one crew."""
    owner = world.crew_of(wish.district_code)
    known = world.crews.get(wish.id) if wish.id is not None else None
    if wish.id is not None and known is None:
        return NotFound(f"crew {wish.id} is unknown")
    crew = _crew(wish, known or Crew(CrewId(""), wish.name, wish.district_code))
    problems = list(_crew_problems(wish, crew, world))
    if problems:
        return _invalid(problems)
    if owner is not None and owner.id != crew.id:
        return DistrictHasCrew(f"district {wish.district_code} has the crew {owner.name}", owner.id)
    return crew


def _crew(wish: SaveCrew, known: Crew) -> Crew:
    contractor = wish.contractor if wish.contractor is not None else known.contractor
    leader = wish.leader if wish.leader is not None else known.leader
    return Crew(known.id, wish.name, wish.district_code, contractor, leader)


def _crew_problems(wish: SaveCrew, crew: Crew, world: World) -> Iterable[Problem]:
    yield from _texts({"name": wish.name, "contractor": wish.contractor})
    if wish.district_code not in world.districts:
        yield Problem(("districtCode",), "is not a known district; saveDistrict makes it")
    leader = world.members.get(wish.leader) if wish.leader is not None else None
    if wish.leader is not None and (leader is None or not leader.active or leader.crew != crew.id):
        yield Problem(("leaderId",), "is not an active member of this crew; saveMember first")


def rezoned_crews(
    wish: RezoneCrews, world: World
) -> Mapping[CrewId, DistrictCode] | DistrictHasCrew | NotFound:
    """Where each named crew goes, if no district gets two."""
    targets = dict(wish.moves)
    for crew_id, code in targets.items():
        if crew_id not in world.crews:
            return NotFound(f"crew {crew_id} is unknown")
        if code not in world.districts:
            return NotFound(f"district {code} is unknown; saveDistrict makes it")
    holder: dict[DistrictCode, CrewId] = {}
    for crew in sorted(world.crews.values(), key=lambda crew: crew.id in targets):
        code = targets.get(crew.id, crew.district_code)
        other = holder.setdefault(code, crew.id)
        if other != crew.id:
            return DistrictHasCrew(f"district {code} would have two crews", other)
    return targets


def saved_member(wish: SaveMember, world: World) -> Member | NotFound | InvalidInput:
    """Made, then without an id, or changed. A new member is active."""
    known = world.members.get(wish.id) if wish.id is not None else None
    if wish.id is not None and known is None:
        return NotFound(f"member {wish.id} is unknown")
    if wish.crew not in world.crews:
        return NotFound(f"crew {wish.crew} is unknown")
    problems = [
        *_texts({"name": wish.name, "phone": wish.phone}),
        *(p for n, skill in enumerate(wish.skills or ()) for p in _text(skill, ("skills", str(n)))),
    ]
    if problems:
        return _invalid(problems)
    return _member(wish, known or Member(MemberId(""), wish.name, wish.phone, wish.crew))


def _member(wish: SaveMember, known: Member) -> Member:
    active = wish.active if wish.active is not None else known.active
    skills = wish.skills if wish.skills is not None else known.skills
    return Member(known.id, wish.name, wish.phone, wish.crew, active, tuple(skills))


def saved_product(wish: SaveProduct, world: World) -> Product | InvalidInput:
    """Made or changed, by code. Orders keep what they were received with."""
    known = world.products.get(wish.code)
    problems = [*_texts({"name": wish.name, "nameZh": wish.name_zh}), *_rule_problems(wish)]
    problems += _template_problems(wish)
    if not _PRODUCT_CODE.fullmatch(wish.code):
        problems.append(Problem(("code",), "is no product code; give up to 64 of A-Z, 0-9 and _"))
    if known is None and (wish.name is None or wish.name_zh is None):
        problems.append(Problem(("name",), "a new product needs name and nameZh"))
    if wish.line_rank is not None and wish.line_rank < 1:
        problems.append(Problem(("lineRank",), f"is {wish.line_rank}; give 1 or more, the lowest leads"))
    if problems:
        return _invalid(problems)
    return _product(
        wish, known or Product(wish.code, "", "", line_bearing=False, line_rank=None, rules=(), thresholds=())
    )


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
        activation_template=_given(wish.activation_template, known.activation_template),
        check_template=_given(wish.check_template, known.check_template),
        confirm_repairs=wish.confirm_repairs if wish.confirm_repairs is not None else known.confirm_repairs,
    )


def _given(template: Any, known: Mapping[str, Any]) -> Mapping[str, Any]:
    return template if template is not None else known


def _template_problems(wish: SaveProduct) -> Iterable[Problem]:
    """A template is an object of fields, none of which the contract of a customer fixes."""
    given = {"activationTemplate": wish.activation_template, "checkTemplate": wish.check_template}
    for name, template in given.items():
        if template is None:
            continue
        if not isinstance(template, Mapping):
            yield Problem(
                (name,), 'is no object; give fields with their usual values, such as {"vlan": 2101}'
            )
            continue
        if (broken := problem_of_json(template, (name,))) is not None:
            yield broken
        for field in filter(is_contract_field, template):
            yield Problem((name, field), "is fixed by the contract of each customer; leave it out")


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
