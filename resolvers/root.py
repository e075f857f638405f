"""The schema as one object: its types, its three roots, and how an operation is run.

Each operation, and each update of a subscription, gets a context of its own: one that lives as long as a
socket would show the first update's rows for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import strawberry
from graphql import (
    ASTValidationRule,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    print_schema,
)
from graphql.execution.executor import Executor
from strawberry.extensions import (
    AddValidationRules,
    MaxTokensLimiter,
    ParserCache,
    SchemaExtension,
    ValidationCache,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionContext, ExecutionResult

from resolvers.errors import shown
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

CACHED_DOCUMENTS = 500
MAX_TOKENS = 5_000
"""Of a document. Clients' generated operations have a few hundred."""


class PerUpdate(StrawberryGraphQLCoreExecutionContext):
    """Runs each update of a subscription in a fresh context."""

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        """The executor of one update."""
        executor = super().build_per_event_executor(payload)
        executor.context_value = executor.context_value.fresh()
        return executor


class DocumentCache(ParserCache):
    """Parses a document once while it is in use.

    What does not parse is left to strawberry's own parsing: raised from here, it would end a subscription on a socket
    without the client being told why.
    """

    def on_parse(self) -> Iterator[None]:
        """The document, if it is one."""
        with suppress(GraphQLError):
            next(super().on_parse())
        yield


class NamedOperation(SchemaExtension):
    """A document with several operations says which one is meant; strawberry would take the first."""

    def on_validate(self) -> Iterator[None]:
        """Refuse to guess."""
        context = self.execution_context
        document = context.graphql_document
        definitions = document.definitions if document is not None else ()
        operations = [d for d in definitions if isinstance(d, OperationDefinitionNode)]
        named = context._provided_operation_name is not None  # noqa: SLF001 - the public name guesses the first
        if len(operations) > 1 and not named and not context.pre_execution_errors:
            text = f"The document holds {len(operations)} operations; say which one in operationName."
            context.pre_execution_errors = [GraphQLError(text)]
        yield


class OneVisitSchema(strawberry.Schema):
    """A schema that runs every operation in a fresh context and shows errors as clients may see them."""

    async def execute(  # type: ignore[override]  # its callers name all but the query
        self, query: str | None, *, context_value: Any = None, **options: Any
    ) -> ExecutionResult:
        """The answer of a query or a mutation."""
        return await super().execute(query, context_value=context_value.fresh(), **options)

    async def stream(  # type: ignore[override]  # as above
        self, query: str | None, *, context_value: Any = None, **options: Any
    ) -> Any:
        """The answers of a subscription, or the one of another operation."""
        return await super().stream(query, context_value=context_value.fresh(), **options)

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Put in the place of each error what the client may see of it."""
        del execution_context
        errors[:] = [shown(error) for error in errors]


def build_schema(
    rules: Iterable[type[ASTValidationRule]] = (), *, max_tokens: int = MAX_TOKENS
) -> OneVisitSchema:
    """The schema, with further validation rules of whoever serves it."""
    further = list(rules)
    schema = OneVisitSchema(
        Query,
        Mutation,
        Subscription,
        types=[Order, Task, WorkItem, Crew, Member, District, Receipt, Exchange, Refusal, *ENUMS],
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=PerUpdate,
        extensions=[
            lambda: MaxTokensLimiter(max_token_count=max_tokens),
            lambda: DocumentCache(maxsize=CACHED_DOCUMENTS),
            lambda: AddValidationRules(further),
            lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
            NamedOperation,
        ],
    )
    _leave_null_unsaid(schema._schema)  # noqa: SLF001 - strawberry has no public name for graphql-core's schema
    return schema


def core_schema(schema: OneVisitSchema) -> GraphQLSchema:
    """The schema as graphql-core executes it."""
    return schema._schema  # noqa: SLF001 - as above


def schema_text() -> str:
    """The schema definition, as it is committed in ``schema/schema.graphql``."""
    return print_schema(schema._schema) + "\n"  # noqa: SLF001 - as above


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
