"""Henan's 157 county-level units and their crews, put into a gateway through its own API; once, as often as called."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.client import GraphQLClient
from gateway.henan import DemoCrew, demo_crews, read_districts

KNOWN = """{ districts { code crew { id leader { id } members { id name phone } } } }"""
SAVE_DISTRICT = """mutation($input: SaveDistrictInput!) { saveDistrict(input: $input) {
  __typename ... on Refusal { message } } }"""
SAVE_CREW = """mutation($input: SaveCrewInput!) { saveCrew(input: $input) {
  __typename ... on CrewSaved { crew { id } } ... on Refusal { message } } }"""
SAVE_MEMBER = """mutation($input: SaveMemberInput!) { saveMember(input: $input) {
  __typename ... on MemberSaved { member { id name phone } } ... on Refusal { message } } }"""
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class CrewAtWork:
    """A crew as the gateway knows it: its district, and the global ids of its members."""

    district_code: str
    members: tuple[str, ...]


async def load_world(admin: GraphQLClient, progress: Callable[[str], None]) -> list[CrewAtWork]:
    """Every district and crew, made where it is not there yet; the crews which have somebody to claim."""
    known = {d["code"]: d for d in (await admin.execute(KNOWN))["districts"]}
    missing = [d for d in read_districts() if d.code not in known]
    progress(f"districts: {len(known)} known, {len(missing)} to load")
    inputs: list[dict[str, object]] = [
        {"code": d.code, "name": d.name, "prefecture": d.prefecture, "aliases": list(d.aliases)}
        for d in missing
    ]
    await _each(inputs, lambda given: _saved(admin, SAVE_DISTRICT, "saveDistrict", given))
    crews = demo_crews()
    progress(f"crews: {len(crews)}, with {sum(len(crew.members) for crew in crews)} members")
    found = await _each(crews, lambda crew: _crew(admin, crew, known.get(crew.district_code, {}).get("crew")))
    return [crew for crew in found if crew.members]


async def _crew(admin: GraphQLClient, crew: DemoCrew, known: dict[str, Any] | None) -> CrewAtWork:
    if known is None:
        made = {"districtCode": crew.district_code, "name": crew.name, "contractor": crew.contractor}
        known = {"members": [], "leader": None, **(await _saved(admin, SAVE_CREW, "saveCrew", made))["crew"]}
    by_phone = {member["phone"]: member["id"] for member in known["members"]}
    for member in crew.members:
        if member.phone not in by_phone:
            new = {
                "crewId": known["id"],
                "name": member.name,
                "phone": member.phone,
                "skills": list(member.skills),
            }
            by_phone[member.phone] = (await _saved(admin, SAVE_MEMBER, "saveMember", new))["member"]["id"]
        if member.leader and known["leader"] is None:
            led = {"id": known["id"], "districtCode": crew.district_code, "name": crew.name}
            await _saved(admin, SAVE_CREW, "saveCrew", {**led, "leaderId": by_phone[member.phone]})
    return CrewAtWork(crew.district_code, tuple(by_phone.values()))


async def _saved(
    admin: GraphQLClient, document: str, name: str, given: Mapping[str, object]
) -> dict[str, Any]:
    answer: dict[str, Any] = (await admin.execute(document, {"input": dict(given)}))[name]
    if "message" in answer:
        raise RuntimeError(f"{name} was refused: {answer['message']}")
    return answer


async def _each(items: Iterable[Any], work: Callable[[Any], Awaitable[Any]]) -> list[Any]:
    """The work done for each, a few at once."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(item: Any) -> Any:
        async with turns:
            return await work(item)

    return list(await asyncio.gather(*(one(item) for item in items)))
