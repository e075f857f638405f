"""Groups, and what belongs to them, as JSON documents and back. The rules' own types are the schema.

A field that a later version adds has a default, so that documents written before it still load.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import orjson

from domain.catalogue import ProductRule, Threshold
from domain.decisions import Refs
from domain.groups import Group
from domain.orders import Receipt

_DELIVERY: Final = frozenset({"delivery", "delivery_attempts", "failure", "next_try_at"})
_ENCODER: Final = msgspec.json.Encoder()
_GROUP: Final = msgspec.json.Decoder(Group)
_REFS: Final = msgspec.json.Decoder(Refs)
_NO_REFS: Final = msgspec.to_builtins(Refs())
_RULES: Final = msgspec.json.Decoder(tuple[ProductRule, ...])
_THRESHOLDS: Final = msgspec.json.Decoder(tuple[Threshold, ...])


def dump_group(group: Group) -> str:
    """The document of a group."""
    return _ENCODER.encode(group).decode()


def load_group(body: str) -> Group:
    """The group of a document."""
    return _GROUP.decode(body)


def dump_refs(refs: Refs) -> str:
    """What a first answer showed."""
    given = {name: value for name, value in msgspec.to_builtins(refs).items() if value != _NO_REFS[name]}
    return _ENCODER.encode(given).decode()


def load_refs(body: str) -> Refs:
    """What a first answer showed."""
    return _REFS.decode(body)


def dump_rules(rules: tuple[ProductRule, ...]) -> str:
    """The rules of a product."""
    return _ENCODER.encode(rules).decode()


def load_rules(body: str) -> tuple[ProductRule, ...]:
    """The rules of a product."""
    return _RULES.decode(body)


def dump_thresholds(thresholds: tuple[Threshold, ...]) -> str:
    """The limits of a product's quality check."""
    return _ENCODER.encode(thresholds).decode()


def load_thresholds(body: str) -> tuple[Threshold, ...]:
    """The limits of a product's quality check."""
    return _THRESHOLDS.decode(body)


def dump_receipt(receipt: Receipt) -> str:
    """What a receipt says upstream, without how far it came."""
    told = {name: value for name, value in msgspec.to_builtins(receipt).items() if name not in _DELIVERY}
    return _ENCODER.encode(told).decode()


def json_text(value: Any) -> str:
    """JSON text of rows and of payloads; a NUL in it stays an escape, which PostgreSQL's text can hold."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def payload_text(value: Any) -> str:
    """JSON text of what upstream sent, whatever it is: large integers and broken characters too."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, default=str)


def is_storable(text: str) -> bool:
    """Whether a database can hold the text at all: no NUL, no half of a surrogate pair."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def text_digest(text: str) -> str:
    """A short text which stands for one of any length and any characters."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def instant(value: datetime | str) -> datetime:
    """An instant as a driver gave it: aware from PostgreSQL, from SQLite a text in UTC."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value
