"""Changes of reference data: districts, crews, members, products. Outside the event log, one transaction each.

Each change first raises the version of the world, so that changes go one after the other, and no group is written
by a decision that was made in the world before. Groups which the change concerns look at it again, by a command each
(``RefreshGroup``), which the caller sends.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.addresses import DistrictNames
from domain.catalogue import Product
from domain.decisions import Refs
from domain.ports import RepeatKey, Saved, Terms, WorldChangedError
from domain.refusals import DistrictHasCrew, InvalidInput, NotFound, Problem, Refusal
from domain.values import CrewId, DistrictCode
from domain.world import Crew, Member
from persistence import answers, concerned
from persistence.columns import table
from persistence.database import Database
from persistence.defaults import product_row
from persistence.tables import CrewRow, DistrictRow, MemberRow, ProductRow, ReferenceRow

_CREWS, _MEMBERS, _DISTRICTS = table(CrewRow), table(MemberRow), table(DistrictRow)


class _RefusedError(Exception):
    """Undoes the transaction; ``refusal`` is the answer."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class SqlReference:
    """Reference data over SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def first_answer(self, repeat: RepeatKey) -> Refs | None:
        """What was saved under that name before, null if nothing was. Raises KeyReusedError."""
        found = (
            "SELECT digest, refs FROM answers WHERE caller = $1 AND mutation = $2 AND client_mutation_id = $3"
        )
        since = datetime.now(UTC) - answers.KEPT
        rows = await self._database.fetch(f"{found} AND at > $4", *answers.key_of(repeat), since)
        return answers.answered(repeat, rows[0]["digest"], rows[0]["refs"]) if rows else None

    async def note(self, repeat: RepeatKey, tasks_moved: int) -> None:
        """How many visits a change moved, which is known only after it."""
        refs = await self.first_answer(repeat)
        if refs is not None:
            async with self._database.writing() as connection:
                await answers.remember(connection, repeat, replace(refs, tasks_moved=tasks_moved))

    async def save_districts(self, districts: Iterable[DistrictNames], terms: Terms | None = None) -> Saved:
        """Made or changed, by code."""
        known = list(districts)
        async with self._changing(terms, [district.code for district in known]) as connection:
            codes = [await _put(connection, DistrictRow, _district_row(district)) for district in known]
        return Saved(tuple(codes), await concerned.without_district(self._database))

    async def learn_alias(
        self, code: DistrictCode, alias: str, terms: Terms | None = None
    ) -> Saved | NotFound:
        """From now on this name means that district."""
        try:
            async with self._changing(terms, [code]) as connection:
                known = select(_DISTRICTS.c.aliases).where(_DISTRICTS.c.code == code)
                aliases: list[str] | None = (await connection.execute(known)).scalar_one_or_none()
                _expect(aliases is not None, NotFound(f"there is no district {code}"))
                learnt = list(dict.fromkeys([*(aliases or ()), alias]))
                changed = update(_DISTRICTS).where(_DISTRICTS.c.code == code).values(aliases=learnt)
                await connection.execute(changed)
        except _RefusedError as error:
            return NotFound(str(error))
        return Saved((code,), await concerned.without_district(self._database))

    async def save_crew(
        self, crew: Crew, terms: Terms | None = None
    ) -> Saved | DistrictHasCrew | InvalidInput | NotFound:
        """Made when its id is empty, else changed. Another district for a known crew is what ``rezone`` does."""
        found = crew.id or _new_id("c")
        row = {
            "id": found,
            "name": crew.name,
            "district_code": crew.district_code,
            "contractor": crew.contractor,
            "leader_id": crew.leader,
        }
        try:
            async with self._changing(terms, [found]) as connection:
                before = await _districts_of(connection, [CrewId(found)])
                _expect(not crew.id or before, NotFound(f"there is no crew {crew.id}"))
                await _expect_leader(connection, crew)
                await _expect_free(connection, {CrewId(found): crew.district_code})
                await _put(connection, CrewRow, row)
        except _RefusedError as error:
            return error.refusal  # type: ignore[return-value]  # raised above with these classes alone
        codes = {crew.district_code, *before.values()}
        return Saved((found,), await concerned.in_districts(self._database, codes))

    async def rezone(
        self, moves: Mapping[CrewId, DistrictCode], terms: Terms | None = None
    ) -> Saved | DistrictHasCrew | InvalidInput | NotFound:
        """Crews change districts, several at once, so that two can change places."""
        try:
            async with self._changing(terms, moves) as connection:
                before = await _districts_of(connection, moves)
                for crew in moves:
                    _expect(crew in before, NotFound(f"there is no crew {crew}"))
                await _expect_free(connection, moves)
                await _move(connection, moves)
        except _RefusedError as error:
            return error.refusal  # type: ignore[return-value]  # raised above with these classes alone
        codes = {*moves.values(), *before.values()}
        return Saved(tuple(moves), await concerned.in_districts(self._database, codes))

    async def save_member(self, member: Member, terms: Terms | None = None) -> Saved | NotFound:
        """Made when the id is empty, else changed. Who leaves a crew no longer leads it."""
        found = member.id or _new_id("m")
        row = {
            "id": found,
            "name": member.name,
            "phone": member.phone,
            "crew_id": member.crew,
            "active": member.active,
            "skills": list(member.skills),
        }
        try:
            async with self._changing(terms, [found]) as connection:
                known = select(_MEMBERS.c.crew_id).where(_MEMBERS.c.id == found)
                before = (await connection.execute(known)).scalar_one_or_none()
                _expect(not member.id or before, NotFound(f"there is no member {member.id}"))
                is_there = await _districts_of(connection, [member.crew])
                _expect(is_there, NotFound(f"there is no crew {member.crew}"))
                await _put(connection, MemberRow, row)
                left = (_CREWS.c.leader_id == found) & (_CREWS.c.id != member.crew)
                await connection.execute(update(_CREWS).where(left).values(leader_id=None))
        except _RefusedError as error:
            return NotFound(str(error))
        return Saved(
            (found,), await concerned.by_member(self._database, found, {member.crew, before or member.crew})
        )

    async def save_product(self, product: Product, terms: Terms | None = None) -> Saved:
        """Made or changed, by code. Orders keep what their product said when they were received."""
        async with self._changing(terms, [product.code]) as connection:
            return Saved((await _put(connection, ProductRow, product_row(product)),))

    @asynccontextmanager
    async def _changing(self, terms: Terms | None, saved: Iterable[str]) -> AsyncIterator[AsyncConnection]:
        """A transaction which has the world for itself until it commits, and leaves the first answer.

        Raises WorldChangedError when the world is no longer that of the terms.
        """
        reference = table(ReferenceRow)
        raised = update(reference).values(version=reference.c.version + 1)
        if terms is not None:
            raised = raised.where(reference.c.version == terms.version)
        async with self._database.writing() as connection:
            if (await connection.execute(raised)).rowcount != 1:
                raise WorldChangedError
            yield connection
            if terms is not None and terms.repeat is not None:
                await answers.remember(connection, terms.repeat, Refs(saved=tuple(saved)))


def _new_id(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(5)}"


def _district_row(district: DistrictNames) -> dict[str, Any]:
    return {
        "code": district.code,
        "name": district.name,
        "prefecture": district.prefecture,
        "aliases": list(district.aliases),
    }


def _expect(holds: object, refusal: Refusal) -> None:
    if not holds:
        raise _RefusedError(refusal)


async def _expect_leader(connection: AsyncConnection, crew: Crew) -> None:
    """A leader is a member of the crew."""
    own = select(_MEMBERS.c.id).where(_MEMBERS.c.id == crew.leader, _MEMBERS.c.crew_id == crew.id)
    if crew.leader is not None and (await connection.execute(own)).first() is None:
        text = f"{crew.leader} is no member of the crew; save the member into it first"
        raise _RefusedError(InvalidInput("the crew cannot be saved", (Problem(("leaderId",), text),)))


async def _expect_free(connection: AsyncConnection, moves: Mapping[CrewId, DistrictCode]) -> None:
    """Each district is known, and no crew has it but those which move themselves."""
    codes = sorted(set(moves.values()))
    districts = await connection.execute(select(_DISTRICTS.c.code).where(_DISTRICTS.c.code.in_(codes)))
    unknown = sorted(set(codes) - set(districts.scalars()))
    if unknown:
        text = f"there is no district {', '.join(unknown)}; saveDistrict adds one"
        raise _RefusedError(InvalidInput("the crew has no place", (Problem(("districtCode",), text),)))
    there = select(_CREWS.c.id, _CREWS.c.district_code).where(_CREWS.c.district_code.in_(codes))
    taken = {row.district_code: CrewId(row.id) for row in await connection.execute(there)}
    taken = {code: crew for code, crew in taken.items() if crew not in moves}
    for crew, code in moves.items():
        holder = taken.setdefault(code, crew)
        text = f"district {code} has crew {holder} already; a district has exactly one"
        _expect(holder == crew, DistrictHasCrew(text, holder))


async def _districts_of(connection: AsyncConnection, crews: Iterable[CrewId]) -> dict[CrewId, str]:
    found = select(_CREWS.c.id, _CREWS.c.district_code).where(_CREWS.c.id.in_(list(crews)))
    return {CrewId(row.id): row.district_code for row in await connection.execute(found)}


async def _move(connection: AsyncConnection, moves: Mapping[CrewId, DistrictCode]) -> None:
    """By way of a place which no crew has, since one crew to a district holds at every step."""
    for crew in moves:
        nowhere = update(_CREWS).where(_CREWS.c.id == crew).values(district_code=f"~{crew}")
        await connection.execute(nowhere)
    for crew, code in moves.items():
        await connection.execute(update(_CREWS).where(_CREWS.c.id == crew).values(district_code=code))


async def _put(connection: AsyncConnection, model: type[Any], row: Mapping[str, Any]) -> str:
    """Change the row with that key, or make it; the key."""
    rows = table(model)
    (key,) = rows.primary_key
    changed = await connection.execute(update(rows).where(key == row[key.name]).values(row))
    if changed.rowcount == 0:
        await connection.execute(rows.insert().values(row))
    return str(row[key.name])
