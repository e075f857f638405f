"""The reading statements of the hot path, in the words of both databases."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

_WANTED: Final = {
    "groups": "SELECT {element}",
    "keys": "SELECT id FROM fusion_group WHERE key {any_of}",
    "numbers": "SELECT group_id FROM orders WHERE number {any_of}",
}
READS: Final = tuple(_WANTED)
"""By what a command finds its groups; each is a list of texts."""


def any_of(place: int, *, sqlite: bool) -> str:
    """The comparison with any text of a list parameter."""
    return f"IN (SELECT value FROM json_each(${place}))" if sqlite else f"= ANY(${place}::text[])"  # noqa: S608 - words of our own


def unless_held(place: int, *, sqlite: bool) -> str:
    """The document of a row of ``fusion_group``, null where the revisions of a JSON parameter name the row's own."""
    own = f"(SELECT value FROM json_each(${place}) WHERE key = fusion_group.id)"  # noqa: S608 - as above
    held = own if sqlite else f"(${place}::jsonb ->> fusion_group.id)::integer"
    return f"CASE WHEN fusion_group.revision = {held} THEN NULL ELSE fusion_group.body END AS body"


@cache
def groups_by_id(*, sqlite: bool) -> str:
    """Groups by a list of ids and by the revisions that are held."""
    shown = f"id, {unless_held(2, sqlite=sqlite)}"
    return f"SELECT {shown} FROM fusion_group WHERE id {any_of(1, sqlite=sqlite)}"  # noqa: S608 - as above


@cache
def groups_by_key(*, sqlite: bool) -> str:
    """Groups by a list of keys and by the revisions that are held, with the world's version of the same moment."""
    shown = f"id, key, round, {unless_held(2, sqlite=sqlite)}, (SELECT version FROM reference) AS world"  # noqa: S608 - as above
    return f"SELECT {shown} FROM fusion_group WHERE key {any_of(1, sqlite=sqlite)} ORDER BY round"  # noqa: S608 - as above


@cache
def groups_by_number(*, sqlite: bool) -> str:
    """The groups of orders by their numbers and by the revisions that are held, with the world's version."""
    shown = f"number, id, {unless_held(2, sqlite=sqlite)}, (SELECT version FROM reference) AS world"  # noqa: S608 - as above
    found = f"SELECT {shown} FROM orders JOIN fusion_group ON id = group_id"  # noqa: S608 - as above
    return f"{found} WHERE number {any_of(1, sqlite=sqlite)}"


@cache
def for_a_command(parts: Sequence[str], *, repeated: bool, sqlite: bool) -> str:
    """One moment of all that a command must see: the world's version, its first answer, its groups.

    Parameters are one list for each of ``parts``, behind them the revisions that are held, and, when it may be
    ``repeated``, caller, mutation and clientMutationId. There is always a row; ``id`` is null where there is no group.
    """
    shown, answer, groups, wanted = "r.version AS world", "", "", ""
    if parts:
        ids = [_wanted(part, place, sqlite=sqlite) for place, part in enumerate(parts, 1)]
        wanted = f"WITH wanted(wanted_id) AS ({' UNION '.join(ids)})"
        body = unless_held(len(parts) + 1, sqlite=sqlite)
        found = f"SELECT id, {body} FROM wanted JOIN fusion_group ON id = wanted_id"  # noqa: S608 - as above
        groups = f"LEFT JOIN ({found}) g ON true"
    shown += ", g.id, g.body" if parts else ", NULL AS id, NULL AS body"
    if repeated:
        names = enumerate(("caller", "mutation", "client_mutation_id"), len(parts) + 1 + bool(parts))
        same = " AND ".join(f"a.{name} = ${place}" for place, name in names)
        answer = f"LEFT JOIN answers a ON {same}"
        shown += ", a.digest, a.refs, a.at"
    return f"{wanted} SELECT {shown} FROM reference r {answer} {groups}"  # noqa: S608 - as above


def _wanted(part: str, place: int, *, sqlite: bool) -> str:
    element = f"value FROM json_each(${place})" if sqlite else f"unnest(${place}::text[])"
    return _WANTED[part].format(element=element, any_of=any_of(place, sqlite=sqlite))
