"""All that callers can change, role by role."""

from __future__ import annotations

import strawberry

from resolvers.admin_mutations import AdminMutations
from resolvers.crew_mutations import CrewMutations
from resolvers.dispatch_mutations import DispatchMutations
from resolvers.network_mutations import NetworkMutations
from resolvers.upstream_mutations import UpstreamMutations
from resolvers.visit_mutations import VisitMutations
from schema.described import described


@described
@strawberry.type
class Mutation(
    UpstreamMutations, DispatchMutations, CrewMutations, VisitMutations, NetworkMutations, AdminMutations
):
    """What callers can change.

    Each answers with its success, or with the refusal of the rule, which changed nothing. A caller of
    another role is FORBIDDEN. ADMIN may what DISPATCHER may.
    """
