"""Persisted documents: known ones by identifier, and automatic ones, which clients teach.

A document is found by ``documentId`` (the appendix of GraphQL over HTTP: ``sha256:`` and 64 hexadecimal digits, or an
identifier of the operator's own), or by ``extensions.persistedQuery.sha256Hash``, as Apollo's clients send it. What a
client teaches is checked against its hash, so nobody can put a document under the identifier of another.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from engine.operations import Request
from engine.wire.messages import BAD_USER_INPUT, Parameters

LEARNED: Final = 1_000
LONGEST: Final = 20_000
"""Documents that are kept of those which clients teach, and characters of one."""
PREFIX: Final = "sha256:"
_HASH: Final = re.compile("[0-9a-f]{64}")


class Mode(Enum):
    """What is done with persisted documents."""

    OFF = "off"
    ON = "on"
    ENFORCED = "enforced"


class DocumentError(Exception):
    """No document to execute. The message and the code are for the client; Apollo's clients act on both."""

    def __init__(self, message: str, code: str = BAD_USER_INPUT) -> None:
        super().__init__(message)
        self.code = code


class ManifestError(ValueError):
    """A file of known documents cannot be read; the message names it."""


class Documents:
    """Finds the document that a request means.

    Args:
        mode: OFF executes what is sent; ON takes identifiers as well, and learns; ENFORCED executes known documents
            alone, whether sent as an identifier or as their text.
        known: Documents by identifier.
    """

    def __init__(self, mode: Mode = Mode.ON, known: Mapping[str, str] | None = None) -> None:
        self._mode = mode
        self._known = dict(known or {})
        self._known.update({PREFIX + digest(text): text for text in (known or {}).values()})
        self._learned: OrderedDict[str, str] = OrderedDict()

    @property
    def nothing_runs(self) -> bool:
        """Whether only known documents are executed, and none is known."""
        return self._mode is Mode.ENFORCED and not self._known

    def request(self, given: Parameters) -> Request:
        """The request with its document. Raises DocumentError."""
        text = self._text(given)
        return Request(text, given.variables, given.operation_name, given.extensions)

    def _text(self, given: Parameters) -> str:
        automatic = (given.extensions or {}).get("persistedQuery")
        if given.document_id is not None:
            return self._by_id(given.document_id, given.query)
        if automatic is not None and (self._mode is not Mode.OFF or given.query is None):
            return self._automatic(automatic, given.query)
        if self._mode is Mode.ENFORCED:
            return self._only_known(given.query or "")
        return given.query or ""

    def _by_id(self, identifier: str, query: str | None) -> str:
        if self._mode is Mode.OFF:
            raise DocumentError("persisted documents are off here; send the document itself as `query`")
        if query is not None:
            if not identifier.startswith(PREFIX):
                raise DocumentError("send `documentId` or `query`, not both")
            return self._taught(identifier, query)
        found = self._find(identifier)
        if found is None:
            text = f"there is no document {identifier[:80]!r} here"
            raise DocumentError(text, "PERSISTED_DOCUMENT_NOT_FOUND")
        return found

    def _automatic(self, sent: Any, query: str | None) -> str:
        if self._mode is Mode.OFF:
            raise DocumentError("PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")
        hashed = sent.get("sha256Hash") if isinstance(sent, dict) else None
        if not isinstance(hashed, str) or sent.get("version", 1) != 1:
            raise DocumentError("`persistedQuery` is an object with version 1 and a sha256Hash")
        if query is not None:
            return self._taught(PREFIX + hashed, query)
        found = self._find(PREFIX + hashed)
        if found is None:
            raise DocumentError("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        return found

    def _find(self, identifier: str) -> str | None:
        known = self._known.get(identifier)
        if known is None and identifier in self._learned:
            self._learned.move_to_end(identifier)
            known = self._learned[identifier]
        return known

    def _taught(self, identifier: str, query: str) -> str:
        if not _HASH.fullmatch(identifier[len(PREFIX) :]) or identifier != PREFIX + digest(query):
            raise DocumentError("the hash is not that of the document: it is SHA-256 in lower-case digits")
        if self._mode is Mode.ENFORCED:
            return self._only_known(query)
        if identifier not in self._known and len(query) <= LONGEST:
            self._learned[identifier] = query
            self._learned.move_to_end(identifier)
            while len(self._learned) > LEARNED:
                self._learned.popitem(last=False)
        return query

    def _only_known(self, query: str) -> str:
        if PREFIX + digest(query) not in self._known:
            text = "only known documents are executed here; send the `documentId` of one"
            raise DocumentError(text, "PERSISTED_DOCUMENT_REQUIRED")
        return query


def digest(text: str) -> str:
    """The SHA-256 of a document, in hexadecimal digits."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_known(path: Path) -> dict[str, str]:
    """The documents of a file, or of all files of a folder, by identifier.

    A ``.graphql`` file is one document, known by its name without the ending. A ``.json`` file is an object of
    identifiers and documents, as Relay's compiler writes it, or a manifest of Apollo's. Raises ManifestError.
    """
    if not path.exists():
        raise ManifestError(f"{path} is not there")
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    known: dict[str, str] = {}
    for file in files:
        known.update(_read_file(file) if file.suffix in {".graphql", ".gql", ".json"} else {})
    return known


def _read_file(file: Path) -> dict[str, str]:
    try:
        text = file.read_text(encoding="utf-8")
        found = orjson.loads(text) if file.suffix == ".json" else {file.stem: text}
    except (OSError, ValueError) as error:
        raise ManifestError(f"{file}: {error}") from error
    if isinstance(found, dict) and isinstance(found.get("operations"), list):
        found = {one.get("id"): one.get("body") for one in found["operations"] if isinstance(one, dict)}
    if not isinstance(found, dict) or not all(
        isinstance(part, str) for pair in found.items() for part in pair
    ):
        raise ManifestError(f"{file} is no object of identifiers and documents")
    return found
