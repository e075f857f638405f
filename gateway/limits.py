"""What a document may cost: one validation rule with one budget, and fragments that are counted once.

graphql-core's and strawberry's own limiters expand fragments without memory, so that a document of some hundred
bytes takes seconds. Here each fragment is measured once, and a document is measured in one walk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
)

MAX_DEPTH = 20
MAX_ALIASES = 200
MAX_ROOT_FIELDS = 50
MAX_FIELDS = 5_000
"""Of one operation, its fragments spread out: depth in levels, the rest in fields. GraphiQL's own introspection
query has depth 15 and 200 fields."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a selection holds when its fragments are spread out."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(max(self.depth, other.depth), self.fields + other.fields, self.aliases + other.aliases)


def costs(document: DocumentNode) -> dict[str | None, tuple[Cost, int]]:
    """By operation name: its cost, and how many root fields it has. Fragments that loop count once."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    known: dict[str, Cost | None] = {}

    def of_fragment(name: str) -> Cost:
        if name not in known:
            known[name] = None  # a fragment that spreads itself is refused by another rule
            fragment = fragments.get(name)
            known[name] = of_selection(fragment.selection_set) if fragment is not None else Cost()
        return known[name] or Cost()

    def of_selection(selections: SelectionSetNode | None) -> Cost:
        total = Cost()
        for node in selections.selections if selections is not None else ():
            match node:
                case FieldNode():
                    below = of_selection(node.selection_set)
                    aliases = below.aliases + (node.alias is not None)
                    total += Cost(below.depth + 1, below.fields + 1, aliases)
                case FragmentSpreadNode():
                    total += of_fragment(node.name.value)
                case InlineFragmentNode():
                    total += of_selection(node.selection_set)
        return total

    found: dict[str | None, tuple[Cost, int]] = {}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            name = definition.name.value if definition.name else None
            found[name] = (of_selection(definition.selection_set), len(definition.selection_set.selections))
    return found


class BudgetRule(ASTValidationRule):
    """Refuses a document which is too deep, too wide or has too many aliases; the message says by how much."""

    context: ValidationContext

    def enter_document(self, node: DocumentNode, *_args: Any) -> None:
        """Measure the document once."""
        for name, (cost, roots) in costs(node).items():
            excess = (
                ("levels deep", cost.depth, MAX_DEPTH),
                ("fields with its fragments", cost.fields, MAX_FIELDS),
                ("aliases", cost.aliases, MAX_ALIASES),
                ("root fields", roots, MAX_ROOT_FIELDS),
            )
            for what, found, most in excess:
                if found > most:
                    text = f"The operation {name or 'without a name'} has {found} {what}; at most {most}. Split it."
                    self.context.report_error(GraphQLError(text, node))
