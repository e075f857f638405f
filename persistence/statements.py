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


@cache
def groups_by_id(*, sqlite: bool) -> str:
    """Documents of groups, by a list of ids."""
    return f"SELECT body FROM fusion_group WHERE id {any_of(1, sqlite=sqlite)}"  # noqa: S608 - as above


@cache
def for_a_command(parts: Sequence[str], *, repeated: bool, sqlite: bool) -> str:
    """One moment of all that a command must see: the world's version, its first answer, its groups.

    Parameters are one list for each of ``parts`` and, when it may be ``repeated``, caller, mutation and
    clientMutationId. There is always a row; ``body`` is null where there is no group.
    """
    shown, answer, groups, wanted = "r.version", "", "", ""
    if parts:
        ids = [_wanted(part, place, sqlite=sqlite) for place, part in enumerate(parts, 1)]
        wanted = f"WITH wanted(id) AS ({' UNION '.join(ids)})"
        groups = "LEFT JOIN (SELECT b.body FROM wanted w JOIN fusion_group b ON b.id = w.id) g ON true"
    shown += ", g.body" if parts else ", NULL AS body"
    if repeated:
        names = enumerate(("caller", "mutation", "client_mutation_id"), len(parts) + 1)
        same = " AND ".join(f"a.{name} = ${place}" for place, name in names)
        answer = f"LEFT JOIN answers a ON {same}"
        shown += ", a.digest, a.refs, a.at"
    return f"{wanted} SELECT {shown} FROM reference r {answer} {groups}"  # noqa: S608 - as above


def _wanted(part: str, place: int, *, sqlite: bool) -> str:
    element = f"value FROM json_each(${place})" if sqlite else f"unnest(${place}::text[])"
    return _WANTED[part].format(element=element, any_of=any_of(place, sqlite=sqlite))
