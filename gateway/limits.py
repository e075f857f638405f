"""What a document may cost: one validation rule with one budget, and fragments that are counted once.

graphql-core's and strawberry's own limiters expand fragments without memory, so that a document of some hundred
bytes takes seconds. Here each fragment is measured once, and a document is measured in one walk, before any other
rule looks at it: what is refused for its size costs no more than reading it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TokenKind,
    ValidationContext,
    get_named_type,
)
from graphql.validation.validate import ValidationAbortedError

MAX_DEPTH = 20
MAX_ALIASES = 200
MAX_ROOT_FIELDS = 50
MAX_FIELDS = 5_000
"""Of one operation, its fragments spread out: depth in levels, the rest in fields. GraphiQL's own introspection
query has depth 15 and 200 fields."""
MAX_ROWS = 50_000
"""Entries of lists which an operation may ask for: each page counts as often as the pages around it have entries."""
MAX_REPEATS = 50
"""How often one place of the answer may be asked for. graphql-core compares each pair of them."""
MAX_DIGITS = 400
"""Of a number in a document; Python reads 4,300 and takes more for a fault."""

PAGE = 50
LARGEST_PAGE = 200
"""Entries of a page which says nothing, and of one whose size is a variable."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a selection holds when its fragments are spread out."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    roots: int = 0
    rows: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.roots + other.roots,
            self.rows + other.rows,
        )


class Measure:
    """Measures the operations of one document against one schema; each fragment once. One that loops counts once."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._known: dict[str, Cost] = {}

    def cost(self, operation: OperationDefinitionNode) -> Cost:
        """What the operation costs."""
        return self._selection(operation.selection_set, self._schema.get_root_type(operation.operation))

    def repeats(self, operation: OperationDefinitionNode) -> int:
        """How often one place of the answer is asked for. Ask ``cost`` first: this walks what that has bounded."""
        most, places = 0, [[operation.selection_set]]
        while places:
            below: dict[str, list[SelectionSetNode]] = {}
            counts: Counter[str] = Counter()
            for field in self._merged(places.pop()):
                name = (field.alias or field.name).value
                counts[name] += 1
                if field.selection_set is not None:
                    below.setdefault(name, []).append(field.selection_set)
            most = max(most, *counts.values(), 0)
            if most > MAX_REPEATS:
                return most
            places += below.values()
        return most

    def _merged(self, sets: list[SelectionSetNode]) -> Iterable[FieldNode]:
        """The fields of selections that answer in one place, those of each fragment once."""
        seen, waiting = set(), list(sets)
        while waiting:
            for node in waiting.pop().selections:
                match node:
                    case FieldNode():
                        yield node
                    case FragmentSpreadNode(name=name) if name.value not in seen:
                        seen.add(name.value)
                        fragment = self._fragments.get(name.value)
                        waiting += [fragment.selection_set] if fragment is not None else []
                    case InlineFragmentNode():
                        waiting.append(node.selection_set)

    def _selection(self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None) -> Cost:
        total = Cost()
        for node in selections.selections if selections is not None else ():
            match node:
                case FieldNode():
                    total += self._field(node, parent)
                case FragmentSpreadNode():
                    total += self._fragment(node.name.value)
                case InlineFragmentNode():
                    on = node.type_condition
                    kind = self._schema.get_type(on.name.value) if on is not None else parent
                    total += self._selection(node.selection_set, kind)
        return total

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Cost:
        kind = _type_of(node, parent)
        below = self._selection(node.selection_set, kind)
        rows = below.rows
        if kind is not None and kind.name.endswith("Connection"):
            rows = _entries(node) * (1 + below.rows)
        return Cost(below.depth + 1, below.fields + 1, below.aliases + (node.alias is not None), 1, rows)

    def _fragment(self, name: str) -> Cost:
        if name not in self._known:
            self._known[name] = Cost()  # a fragment that spreads itself is refused by another rule
            fragment = self._fragments.get(name)
            if fragment is not None:
                kind = self._schema.get_type(fragment.type_condition.name.value)
                self._known[name] = self._selection(fragment.selection_set, kind)
        return self._known[name]


class BudgetRule(ASTValidationRule):
    """Refuses a document which is too deep, too wide or asks for too much; the message says by how much."""

    context: ValidationContext

    def enter_document(self, node: DocumentNode, *_args: Any) -> None:
        """Measure the document, and let no other rule work on one which is over the budget."""
        if (digits := longest_number(node)) > MAX_DIGITS:
            raise ValidationAbortedError(f"A number has {digits} digits; at most {MAX_DIGITS}.", node)
        measure = Measure(self.context.schema, node)
        for operation in node.definitions:
            if isinstance(operation, OperationDefinitionNode):
                name = operation.name.value if operation.name else "without a name"
                for what, found, most in _excess(measure, operation):
                    text = f"The operation {name} has {found} {what}; at most {most}. Split it."
                    raise ValidationAbortedError(text, operation)


def longest_number(document: DocumentNode) -> int:
    """The length of the longest number in a document."""
    longest, token = 0, document.loc.start_token if document.loc is not None else None
    while token is not None:
        if token.kind in {TokenKind.INT, TokenKind.FLOAT}:
            longest = max(longest, len(token.value or ""))
        token = token.next
    return longest


def _excess(measure: Measure, operation: OperationDefinitionNode) -> Iterable[tuple[str, int, int]]:
    cost = measure.cost(operation)
    found: Mapping[str, tuple[int, int]] = {
        "levels": (cost.depth, MAX_DEPTH),
        "fields with its fragments": (cost.fields, MAX_FIELDS),
        "aliases": (cost.aliases, MAX_ALIASES),
        "root fields": (cost.roots, MAX_ROOT_FIELDS),
        "entries in its lists": (cost.rows, MAX_ROWS),
    }
    yield from ((what, count, most) for what, (count, most) in found.items() if count > most)
    if (repeats := measure.repeats(operation)) > MAX_REPEATS:
        yield "fields for one place of the answer", repeats, MAX_REPEATS


def _type_of(node: FieldNode, parent: GraphQLNamedType | None) -> GraphQLNamedType | None:
    if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
        return None
    field = parent.fields.get(node.name.value)
    return get_named_type(field.type) if field is not None else None


def _entries(node: FieldNode) -> int:
    """How many entries a page has at most, as far as the document says."""
    for argument in node.arguments or ():
        if argument.name.value in {"first", "last"}:
            value = argument.value
            asked = int(value.value) if isinstance(value, IntValueNode) else LARGEST_PAGE
            return min(max(asked, 0), LARGEST_PAGE)
    return PAGE
