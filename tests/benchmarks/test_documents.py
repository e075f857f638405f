from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from benchmarks.work import DOCUMENTS
from resolvers.root import schema_text

OURS = build_schema(schema_text())
SLICE = build_schema((DOCUMENTS.parent / "peers" / "slice.graphql").read_text())
ALL = sorted(DOCUMENTS.glob("*.graphql"))


@pytest.mark.parametrize("file", ALL, ids=lambda file: file.stem)
def test_what_is_measured_is_valid_for_the_gateway_and_for_its_peers(file: Path) -> None:
    document = parse(file.read_text())

    errors = [*validate(OURS, document), *validate(SLICE, document)]

    assert errors == []


def test_the_documents_are_there() -> None:
    assert [file.stem for file in ALL] == ["claim", "group", "page", "release", "updates"]
