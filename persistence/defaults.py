"""What a new database holds before anybody uses it: the products of the case, a log, a version."""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.catalogue import DEFAULT_PRODUCTS, Product
from persistence.columns import table
from persistence.documents import dump_rules, dump_thresholds, json_text
from persistence.tables import LogRow, ProductRow, ReferenceRow


async def fill(connection: AsyncConnection) -> None:
    """Put in what is missing. A product that a dispatcher changed or took away stays as it is."""
    reference, log = table(ReferenceRow), table(LogRow)
    if (await connection.execute(select(log.c.id))).first() is None:
        await connection.execute(log.insert().values(id=1, epoch=new_epoch()))
    if (await connection.execute(select(reference.c.id))).first() is None:
        await connection.execute(reference.insert().values(id=1, version=1))
        rows = [product_row(product) for product in DEFAULT_PRODUCTS]
        await connection.execute(table(ProductRow).insert(), rows)


def new_epoch() -> str:
    """A name for a log which no other log has."""
    return secrets.token_hex(8)


def product_row(product: Product) -> dict[str, object]:
    """A product as a row."""
    return {
        "code": product.code,
        "name": product.name,
        "name_zh": product.name_zh,
        "line_bearing": product.line_bearing,
        "line_rank": product.line_rank,
        "rules": dump_rules(product.rules),
        "thresholds": dump_thresholds(product.thresholds),
        "activation_template": json_text(product.activation_template),
        "check_template": json_text(product.check_template),
        "confirm_repairs": product.confirm_repairs,
    }
