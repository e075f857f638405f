"""The world as the rules see it: all reference data of one moment, kept until a later version is there."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.addresses import DistrictNames
from domain.catalogue import Product
from domain.values import CrewId, DistrictCode, MemberId, ProductCode
from domain.world import Crew, Member, Policy, World
from persistence.columns import table
from persistence.database import Database
from persistence.documents import load_rules, load_thresholds
from persistence.tables import CrewRow, DistrictRow, MemberRow, ProductRow, ReferenceRow

_VERSION = "SELECT version AS world FROM reference"


class Atlas:
    """The last world that was read, with the policy of this process."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self._database = database
        self._policy = policy
        self._world: World | None = None
        self._asking = asyncio.Lock()
        self._loading = asyncio.Lock()

    async def present(self, since: float | None = None) -> World:
        """The present reference data, never older than the last committed change of it.

        With ``since`` (``time.monotonic``) it need not be younger than that moment. What any statement has seen that
        began after it will do, so that those who ask at once are all answered by one or two.
        """
        seen, moment = self._database.seen, time.monotonic() if since is None else since
        if seen.since < moment:
            async with self._asking:
                if seen.since < moment:
                    await self._database.see(_VERSION)
        return await self.of(seen.version)

    @property
    def last(self) -> World | None:
        """The world as it was last read, which may be out of date; null before the first."""
        return self._world

    async def of(self, version: int) -> World:
        """The world of that version, or of a later one."""
        if self._world is not None and self._world.version == version:
            return self._world
        async with self._loading:
            if self._world is None or self._world.version < version:
                async with self._database.reading() as connection:
                    self._world = await read_world(connection, self._policy)
            return self._world


async def read_world(connection: AsyncConnection, policy: Policy) -> World:
    """All reference data, districts by code and the rest by id."""
    version = (await connection.execute(select(table(ReferenceRow).c.version))).scalar_one()
    districts = await _rows(connection, DistrictRow)
    crews = await _rows(connection, CrewRow)
    members = await _rows(connection, MemberRow)
    products = await _rows(connection, ProductRow)
    return World(
        version=version,
        districts={DistrictCode(row.code): _district(row) for row in districts},
        crews={CrewId(row.id): _crew(row) for row in crews},
        members={MemberId(row.id): _member(row) for row in members},
        products={ProductCode(row.code): _product(row) for row in products},
        policy=policy,
    )


async def _rows(connection: AsyncConnection, model: type[Any]) -> list[Any]:
    rows = table(model)
    ordered = select(rows).order_by(*rows.primary_key)
    return list((await connection.execute(ordered)).all())


def _district(row: Any) -> DistrictNames:
    return DistrictNames(row.code, row.name, row.prefecture, tuple(row.aliases))


def _crew(row: Any) -> Crew:
    leader = MemberId(row.leader_id) if row.leader_id is not None else None
    return Crew(CrewId(row.id), row.name, DistrictCode(row.district_code), row.contractor, leader)


def _member(row: Any) -> Member:
    skills = tuple(row.skills)
    return Member(MemberId(row.id), row.name, row.phone, CrewId(row.crew_id), row.active, skills)


def _product(row: Any) -> Product:
    return Product(
        code=row.code,
        name=row.name,
        name_zh=row.name_zh,
        line_bearing=row.line_bearing,
        line_rank=row.line_rank,
        rules=load_rules(row.rules),
        thresholds=load_thresholds(row.thresholds),
        activation_template=json.loads(row.activation_template),
        check_template=json.loads(row.check_template),
        confirm_repairs=row.confirm_repairs,
    )
