"""工单接收: an order as upstream sent it becomes a command, or an answer that names each wrong field."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.addresses import canonical_text, canonical_text_without_district, district_in_text
from domain.commands import IntakeOrder
from domain.orders import UNREFUSABLE, Customer, Fusion, InstallAddress, OrderPayload, Place
from domain.refusals import InvalidOrder, Problem
from domain.texts import LARGEST_JSON, problem_of_json, problem_of_text, storable
from domain.values import DistrictCode, OrderAction, OrderNumber, ProductCode
from domain.world import World

LONGEST_NUMBER = 64
LONGEST_NAME = 200
LONGEST_ADDRESS = 500
LONGEST_TEXT = 4000
MOST_NUMBERS = 199
MOST_SERIALS = 100
LARGEST_PAYLOAD = LARGEST_JSON
"""Bounds of one order, in characters, in entries, and of the whole payload in bytes of JSON."""

_TEXTS: Mapping[tuple[str, ...], tuple[int, bool]] = {
    ("number",): (LONGEST_NUMBER, True),
    ("product",): (LONGEST_NUMBER, True),
    ("customer", "number"): (LONGEST_NUMBER, True),
    ("customer", "name"): (LONGEST_NAME, True),
    ("customer", "contactName"): (LONGEST_NAME, False),
    ("customer", "contactPhone"): (LONGEST_NUMBER, False),
    ("address", "text"): (LONGEST_ADDRESS, True),
    ("address", "districtCode"): (LONGEST_NUMBER, False),
    ("address", "standardId"): (LONGEST_NUMBER, False),
    ("requirement",): (LONGEST_TEXT, False),
    ("scenario",): (LONGEST_NAME, False),
    ("assuranceLevel",): (LONGEST_NUMBER, False),
    ("fusion", "key"): (LONGEST_NUMBER, True),
}
"""Path → longest and whether it may not be empty."""

_DATA = ("activationData", "checkData")


def read_order(fields: Mapping[str, Any], world: World) -> IntakeOrder | InvalidOrder:
    """The command for one ``OrderInput`` (camelCase keys), or every problem of it by path.

    A suspension or termination with a number and a known product is never invalid: whatever else is wrong
    stays in the raw payload and is answered with warnings (3.1).
    """
    problems = _problems(fields, world)
    fatal = [p for p in problems if not _forgiven(fields, p)]
    if fatal:
        number = fields.get("number")
        shown = OrderNumber(storable(str(number)[:LONGEST_NUMBER])) if number else None
        return InvalidOrder(
            f"{len(fatal)} of the order's fields are wrong; nothing of it was stored", shown, tuple(fatal)
        )
    spoiled = {p.path for p in problems}
    payload = _payload(fields, world, spoiled)
    return IntakeOrder(
        payload, fields, tuple(f"{'.'.join(p.path)}: {p.message}; kept in raw" for p in problems)
    )


def place_of(address: InstallAddress, world: World) -> Place:
    """Canonical text and district of an address: a known code wins, the text speaks where there is none (D18)."""
    districts = tuple(world.districts.values())
    named = district_in_text(address.text, districts)
    stated = address.district_code if DistrictCode(address.district_code or "") in world.districts else None
    conflict = stated is not None and named is not None and named != stated
    code = stated if stated is not None else named
    canonical = canonical_text if code else canonical_text_without_district
    return Place(canonical(address.text, districts), DistrictCode(code) if code else None, conflict)


def _problems(fields: Mapping[str, Any], world: World) -> list[Problem]:
    found = [
        p for path, (longest, needed) in _TEXTS.items() if (p := _text(fields, path, longest, needed=needed))
    ]
    product = fields.get("product")
    if (
        product
        and ProductCode(str(product)) not in world.products
        and not any(p.path == ("product",) for p in found)
    ):
        known = ", ".join(sorted(world.products))
        found.append(Problem(("product",), f"unknown product; known are {known}; saveProduct adds one"))
    found += _fusion_problems(fields.get("fusion") or {})
    found += _serial_problems(fields.get("installedSerials") or ())
    found += [p for name in _DATA if (p := problem_of_json(fields.get(name), (name,))) is not None]
    found += _size_problems(fields)
    return found


def _text(fields: Mapping[str, Any], path: tuple[str, ...], longest: int, *, needed: bool) -> Problem | None:
    holder: Any = fields
    for step in path[:-1]:
        holder = holder.get(step)
        if holder is None:
            return None
    value = holder.get(path[-1])
    if value is None and not needed:
        return None
    if needed and not (value or "").strip():
        return Problem(path, "is empty; give a value")
    return problem_of_text(value, path, longest)


def _fusion_problems(fusion: Mapping[str, Any]) -> list[Problem]:
    found = []
    count, numbers = fusion.get("relatedCount"), fusion.get("relatedNumbers") or ()
    if count is not None and not 0 <= count <= MOST_NUMBERS + 1:
        found.append(Problem(("fusion", "relatedCount"), f"is {count}; give 0 to {MOST_NUMBERS}"))
    if len(numbers) > MOST_NUMBERS + 1:
        found.append(Problem(("fusion", "relatedNumbers"), f"holds {len(numbers)}; at most {MOST_NUMBERS}"))
    found += _entries(numbers, ("fusion", "relatedNumbers"))
    return found


def _serial_problems(serials: Sequence[str]) -> list[Problem]:
    if len(serials) > MOST_SERIALS:
        return [Problem(("installedSerials",), f"holds {len(serials)}; at most {MOST_SERIALS}")]
    return _entries(serials, ("installedSerials",))


def _entries(values: Sequence[str], path: tuple[str, ...]) -> list[Problem]:
    found = []
    for index, value in enumerate(values):
        where = (*path, str(index))
        problem = (
            problem_of_text(value, where, LONGEST_NUMBER) if value.strip() else Problem(where, "is empty")
        )
        found += [problem] if problem else []
    return found


def _size_problems(fields: Mapping[str, Any]) -> list[Problem]:
    size = len(_canonical(fields))
    if size <= LARGEST_PAYLOAD:
        return []
    return [Problem(("extra",), f"the order is {size} bytes of JSON; at most {LARGEST_PAYLOAD}")]


def _forgiven(fields: Mapping[str, Any], problem: Problem) -> bool:
    unrefusable = fields.get("action") in UNREFUSABLE
    return unrefusable and problem.path not in {("number",), ("product",)}


def _payload(fields: Mapping[str, Any], world: World, spoiled: set[tuple[str, ...]]) -> OrderPayload:
    def text(*path: str) -> str | None:
        holder: Any = fields
        for step in path[:-1]:
            holder = holder.get(step) or {}
        value = holder.get(path[-1])
        return _salvaged(value, path) if path in spoiled else value

    return OrderPayload(
        number=OrderNumber(str(fields["number"])),
        action=OrderAction(fields["action"]),
        product=ProductCode(str(fields["product"])),
        customer=Customer(
            text("customer", "number") or "",
            text("customer", "name") or "",
            text("customer", "contactName"),
            text("customer", "contactPhone"),
        ),
        address=InstallAddress(
            text("address", "text") or "", text("address", "districtCode"), text("address", "standardId")
        ),
        requirement=text("requirement"),
        scenario=text("scenario"),
        assurance_level=text("assuranceLevel") or "STANDARD",
        fusion=_fusion(fields, world, spoiled),
        red_list=bool(fields.get("redList")),
        post_pay=bool(fields.get("postPay")),
        installed_serials=_distinct(fields.get("installedSerials") or (), ("installedSerials",), spoiled),
        activation_data=None if ("activationData",) in spoiled else fields.get("activationData"),
        check_data=None if ("checkData",) in spoiled else fields.get("checkData"),
        due_at=_instant(fields.get("dueAt")),
        digest=hashlib.sha256(_canonical(fields)).hexdigest(),
    )


def _fusion(fields: Mapping[str, Any], world: World, spoiled: set[tuple[str, ...]]) -> Fusion | None:
    given = fields.get("fusion")
    if given is None or ("fusion", "key") in spoiled:
        return None
    count = given.get("relatedCount") if ("fusion", "relatedCount") not in spoiled else None
    if count and world.policy.count_includes_self:
        count -= 1
    listed = _distinct(given.get("relatedNumbers") or (), ("fusion", "relatedNumbers"), spoiled)
    numbers = tuple(OrderNumber(number) for number in listed if number != fields["number"])
    fused = given.get("fused")
    return Fusion(str(given["key"]), fused is None or bool(fused), count, numbers)


def _distinct(values: Sequence[str], path: tuple[str, ...], spoiled: set[tuple[str, ...]]) -> tuple[str, ...]:
    if path in spoiled:
        values = values[:MOST_SERIALS]
    kept = (value for index, value in enumerate(values) if (*path, str(index)) not in spoiled)
    return tuple(dict.fromkeys(kept))


def _salvaged(value: Any, path: tuple[str, ...]) -> str:
    """What can be kept of a wrong text of an order that nothing may refuse."""
    longest, _ = _TEXTS[path]
    return storable(str(value or ""))[:longest]


def _instant(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value)


def _canonical(fields: Mapping[str, Any]) -> bytes:
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")
