"""First answers: a clientMutationId that comes again gets what it got before, for seven days."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.commands import Reads, number_of
from domain.decisions import Refs
from domain.ports import KeyReusedError, RepeatKey
from persistence.columns import table
from persistence.database import Database
from persistence.documents import dump_refs, load_refs, text_digest
from persistence.statements import any_of
from persistence.tables import AnswerRow

KEPT: Final = timedelta(days=7)


def key_of(repeat: RepeatKey) -> tuple[str, str, str]:
    """Under what an answer is kept."""
    return repeat.caller, repeat.mutation, text_digest(repeat.client_mutation_id)


async def known(database: Database, repeats: Iterable[RepeatKey | None]) -> AbstractSet[RepeatKey]:
    """Those of one caller's names, all of one clientMutationId, under which an answer is kept."""
    asked = {own.mutation: own for own in repeats if own is not None}
    if not asked:
        return set()
    caller, _, name = key_of(next(iter(asked.values())))
    mine = f"caller = $1 AND client_mutation_id = $2 AND mutation {any_of(3, sqlite=database.is_sqlite)}"
    statement = f"SELECT mutation FROM answers WHERE {mine}"  # noqa: S608 - words of our own
    return {asked[row["mutation"]] for row in await database.fetch(statement, caller, name, [*asked])}


def answered(repeat: RepeatKey, digest: str, refs: str) -> Refs:
    """What the first answer showed. Raises KeyReusedError when it answered another input."""
    if digest != repeat.digest:
        text = f"clientMutationId {repeat.client_mutation_id!r} was used with another input; take a new one"
        raise KeyReusedError(text)
    return load_refs(refs)


def shown_by(refs: Refs) -> Reads:
    """Where what an answer showed is now: an order may have moved to another group since."""
    parts = [*refs.items, *(part for part in (refs.item, refs.sub_task) if part is not None)]
    numbers = {number_of(part) for part in parts} | ({refs.order} if refs.order is not None else set())
    return Reads(numbers=frozenset(numbers), groups=frozenset(refs.groups))


async def remember(connection: AsyncConnection, repeat: RepeatKey, refs: Refs) -> None:
    """Keep the first answer to a change of reference data, in its own transaction."""
    rows = table(AnswerRow)
    caller, mutation, name = key_of(repeat)
    same = (rows.c.caller == caller) & (rows.c.mutation == mutation) & (rows.c.client_mutation_id == name)
    await connection.execute(rows.delete().where(same))
    kept = {"caller": caller, "mutation": mutation, "client_mutation_id": name, "digest": repeat.digest}
    await connection.execute(rows.insert().values(**kept, refs=dump_refs(refs), at=datetime.now(UTC)))


async def forget(database: Database, now: datetime) -> None:
    """Remove the answers that are too old to be given again."""
    answers = table(AnswerRow)
    async with database.writing() as connection:
        await connection.execute(answers.delete().where(answers.c.at <= now - KEPT))
