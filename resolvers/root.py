"""The schema as one object, its types and its three roots, and what executes it."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import strawberry
from graphql import (
    ASTValidationRule,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    print_schema,
)
from strawberry.schema.config import StrawberryConfig

from engine.memo import Lasting
from engine.planned import PlannedExecutor
from resolvers.context import Context
from resolvers.errors import shown
from resolvers.loaders import LOOKS
from resolvers.mutations import Mutation
from resolvers.queries import Query
from resolvers.subscriptions import Subscription
from schema.crews import Crew, District, Member
from schema.enums import ENUMS
from schema.orders import Order
from schema.receipts import Exchange, Receipt
from schema.refusals import Refusal
from schema.scalars import SCALARS
from schema.tasks import Task, WorkItem
from schema.updates import cursor_of

MAX_TOKENS = 5_000
"""Of a document. Clients' generated operations have a few hundred."""
LASTING = Lasting({"FusionGroup": attrgetter("row")}, LOOKS)
"""A group is immutable, and the world that the looks read has a version."""


def build_schema() -> GraphQLSchema:
    """The schema as it is executed."""
    declared = strawberry.Schema(
        Query,
        Mutation,
        Subscription,
        types=[Order, Task, WorkItem, Crew, Member, District, Receipt, Exchange, Refusal, *ENUMS],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    built = declared._schema  # noqa: SLF001 - strawberry has no public name for graphql-core's schema
    _leave_null_unsaid(built)
    return built


def build_executor(rules: Sequence[type[ASTValidationRule]] = ()) -> PlannedExecutor[Context]:
    """What executes documents over the schema, with further validation rules of whoever serves it."""
    return PlannedExecutor(
        schema,
        rules=rules,
        shown=shown,
        max_tokens=MAX_TOKENS,
        cursor_of=cursor_of,
        lasting=LASTING,
    )


def schema_text() -> str:
    """The schema definition, as it is committed in ``schema/schema.graphql``."""
    return print_schema(schema) + "\n"


def _leave_null_unsaid(schema: GraphQLSchema) -> None:
    """An argument or input field that may be absent has no default, rather than null for one."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            for input_field in type_.fields.values():
                if input_field.default_value is None:
                    input_field.default_value = Undefined
        elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field in type_.fields.values():
                for argument in field.args.values():
                    if argument.default_value is None:
                        argument.default_value = Undefined


schema = build_schema()
"""The schema that this process serves."""
