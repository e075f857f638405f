"""clientMutationId: in every input, and back in every success."""

from __future__ import annotations

import strawberry

from schema.described import described


@described
@strawberry.input
class Repeatable:
    """The part which all inputs share."""

    client_mutation_id: str | None = None
    """The client's own name for this request. The same caller with the same name and input gets the first
    answer again for 7 days, so that a lost answer can be asked for; with another input it is
    BAD_USER_INPUT."""


@described
@strawberry.type
class Repeated:
    """The part which all successes share."""

    client_mutation_id: str | None
    """The name which the client gave the request."""
