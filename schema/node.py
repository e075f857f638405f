"""Relay's Node: every thing with an identity, under one id that is unique in the whole schema.

A global id is base64 of ``"Type:id"``. Clients keep it as it is; that it can be read is of use in a support
call.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import strawberry

from domain.callbacks import Callback
from domain.catalogue import Product
from domain.districts import DistrictNames
from domain.pages import Exchange
from domain.people import MemberView
from domain.views import (
    AppointmentView,
    GroupView,
    ItemView,
    OrderView,
    ReceiptView,
    SubTaskView,
    TaskView,
)
from domain.world import Crew
from engine.fields import computed
from schema.described import described

TYPE_OF_ROW: Mapping[type, str] = {
    OrderView: "Order",
    GroupView: "FusionGroup",
    TaskView: "Task",
    ItemView: "WorkItem",
    SubTaskView: "SubTask",
    AppointmentView: "Appointment",
    ReceiptView: "Receipt",
    MemberView: "Member",
    Crew: "Crew",
    DistrictNames: "District",
    Product: "Product",
    Exchange: "Exchange",
    Callback: "Callback",
}
"""Which type of the schema shows which row."""
_BY_CODE = frozenset({DistrictNames, Product})


def encode_id(type_name: str, id: str) -> strawberry.ID:
    """The global id of a thing."""
    return strawberry.ID(binascii.b2a_base64(f"{type_name}:{id}".encode(), newline=False).decode("ascii"))


def decode_id(text: str) -> tuple[str, str] | None:
    """The type and the id in a global id, null when it is none."""
    try:
        type_name, colon, own = base64.b64decode(text, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeError, ValueError):
        return None
    return (type_name, own) if colon and own and "\0" not in own else None


def global_id(row: Any, _scope: object) -> strawberry.ID:
    """The global id of a row; districts and products go by their code."""
    kind = type(row)
    return encode_id(TYPE_OF_ROW[kind], row.code if kind in _BY_CODE else row.id)


@described
@strawberry.interface
class Node:
    """Anything with an identity of its own, readable again with `node(id:)`.

    The id is opaque, stays the same for the life of the thing, and is unique over all types.
    """

    id: strawberry.ID = computed(global_id)
    """The global id, for `node`, for filters and for the inputs of mutations. Example: `T3JkZXI6TjE=`."""

    @classmethod
    def is_type_of(cls, _row: object, _info: object) -> bool:
        """Whether a row is of this type: the field's type has said so already."""
        return True

    @classmethod
    def resolve_type(cls, row: object, _info: object, _abstract: object) -> str:
        """The type of what ``node`` found."""
        return TYPE_OF_ROW[type(row)]
