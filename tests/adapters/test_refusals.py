"""What a refusal blames, however it is written, and what is no refusal at all."""

from __future__ import annotations

from typing import Any

import pytest

from domain.values import ReportOutcome
from gateway.adapters.tmf_errors import refusal

SENT = {"olt": 1, "gone": None, "port": "0/3/7", "vlan": 2999}


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        ({"referenceError": "vlan"}, ("vlan",)),
        ({"referenceError": "https://nms.example/service/serviceCharacteristic/vlan"}, ("vlan",)),
        ({"referenceError": "serviceCharacteristic['vlan'].value"}, ("vlan",)),
        ({"referenceError": "serviceCharacteristic[1].value.value"}, ("port",)),
        ({"referenceError": "/resourceCharacteristic/2/value"}, ("vlan",)),
        ({"referenceError": "serviceCharacteristic[9].value"}, ()),
        ({"referenceError": "https://docs.example/errors/22", "message": "port is broken"}, ("port",)),
        ({"referenceError": "https://docs.example/errors/full"}, ()),
        ({"field": "vlan", "message": "port is fine"}, ("vlan",)),
        ({"attribute": "encapsulation"}, ("encapsulation",)),
        ({"message": "vlan and port do not fit"}, ("port", "vlan")),
        ({"message": "vlans are full"}, ()),
        ({"referenceError": 7, "message": "no"}, ()),
    ],
)
def test_the_field_at_fault_is_found(message: dict[str, Any], fields: tuple[str, ...]) -> None:
    refused = refusal(422, {"errorMessage": [{"code": "22", "message": "no", **message}]}, SENT)

    assert (refused.outcome, refused.refused_fields) == (ReportOutcome.FAILED, fields)


@pytest.mark.parametrize("status", [409, 423, 425, 429, 500, 503])
def test_a_busy_or_broken_system_refuses_nothing_whatever_it_names(status: int) -> None:
    refused = refusal(status, {"message": "vlan"}, SENT)

    assert (refused.outcome, refused.refused_fields) == (ReportOutcome.NOT_READY, ())


def test_a_list_of_messages_needs_no_object_around_it() -> None:
    refused = refusal(400, [{"message": "a", "field": "vlan"}], SENT)

    assert (refused.failure, refused.refused_fields) == ("a", ("vlan",))


@pytest.mark.parametrize("body", [None, {}, [], 7, ""])
def test_a_refusal_without_a_word_is_told_by_its_status(body: Any) -> None:
    assert refusal(400, body, SENT).failure == "HTTP 400"


def test_several_messages_are_told_once_each() -> None:
    said = [{"message": "a", "field": "vlan"}, {"reason": "b"}, {"message": "a"}, "c", 4]

    refused = refusal(400, {"errors": said}, SENT)

    assert refused.failure == "a; b; c; 4"
    assert refused.refused_fields == ("vlan",)
