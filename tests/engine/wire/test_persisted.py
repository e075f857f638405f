"""Known documents are read from files as compilers write them; what clients teach is bounded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.wire.messages import Parameters
from engine.wire.persisted import (
    LEARNED,
    LONGEST,
    PREFIX,
    DocumentError,
    Documents,
    ManifestError,
    Mode,
    digest,
    read_known,
)


def test_every_kind_of_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "within").mkdir()
    (tmp_path / "within" / "role.graphql").write_text("{ a }")
    (tmp_path / "relay.json").write_text('{"1f": "{ b }"}')
    manifest = {"format": "apollo-persisted-query-manifest", "operations": [{"id": "2e", "body": "{ c }"}]}
    (tmp_path / "apollo.json").write_text(json.dumps(manifest))
    (tmp_path / "README.md").write_text("none of them")

    assert read_known(tmp_path) == {"role": "{ a }", "1f": "{ b }", "2e": "{ c }"}
    assert read_known(tmp_path / "relay.json") == {"1f": "{ b }"}


@pytest.mark.parametrize("text", ["[]", "{", '{"a": 1}', '{"operations": [{"id": "a"}]}', "\ud800"])
def test_a_file_that_holds_no_documents_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_bytes(text.encode("utf-8", "surrogatepass"))

    with pytest.raises(ManifestError, match=r"bad\.json"):
        read_known(tmp_path)


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="nowhere"):
        read_known(tmp_path / "nowhere")


def taught(documents: Documents, text: str) -> str:
    """Teach a document; its identifier."""
    identifier = PREFIX + digest(text)
    documents.request(Parameters(text, identifier))
    return identifier


def test_of_taught_documents_those_in_use_are_kept() -> None:
    documents = Documents()
    used, forgotten = taught(documents, "{ used }"), taught(documents, "{ forgotten }")

    for number in range(LEARNED - 1):
        taught(documents, f"{{ a{number} }}")
        assert documents.request(Parameters(None, used)).document == "{ used }"

    with pytest.raises(DocumentError):
        documents.request(Parameters(None, forgotten))


def test_a_document_which_is_too_long_is_run_and_not_kept() -> None:
    documents = Documents()

    identifier = taught(documents, "{ a }" + " " * LONGEST)

    with pytest.raises(DocumentError):
        documents.request(Parameters(None, identifier))


def test_an_identifier_of_ones_own_and_a_document_are_not_sent_together() -> None:
    with pytest.raises(DocumentError, match="not both"):
        Documents(Mode.ON, {"role": "{ a }"}).request(Parameters("{ a }", "role"))


def test_what_is_sent_along_is_kept() -> None:
    given = Parameters("{ a }", None, {"v": 1}, "A", {"e": 2})

    found = Documents(Mode.OFF).request(given)

    assert (found.document, found.variables, found.operation_name, found.extensions) == (
        "{ a }",
        {"v": 1},
        "A",
        {"e": 2},
    )


def test_a_document_of_half_a_character_is_no_fault() -> None:
    with pytest.raises(DocumentError):
        Documents().request(Parameters("{ \ud800 }", PREFIX + "0" * 64))
