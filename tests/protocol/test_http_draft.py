"""With ``ONEVISIT_HTTP_STATUSES=draft`` the statuses are those of the newer draft of GraphQL over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.protocol.conftest import Ask

JSON, RESPONSE = "application/json", "application/graphql-response+json"


@pytest.fixture(scope="module")
def gateway_settings() -> dict[str, str]:
    return {"http_statuses": "draft"}


STATUSES: dict[str, tuple[Any, int]] = {
    "an answer": ({"query": "{ viewer { id } }"}, 200),
    "an answer with an error of a field": ({"query": "{ crew { id } viewer { id } }"}, 294),
    "a document that does not parse": ({"query": "{"}, 400),
    "a document that is not valid": ({"query": "{ nothing }"}, 422),
    "no operation of that name": ({"query": "query A { viewer { id } }", "operationName": "B"}, 422),
    "a variable that does not coerce": (
        {"query": "query($n: Int!) { orders(first: $n) { edges { cursor } } }"},
        422,
    ),
    "a name that is none": ({"qeury": "{ viewer { id } }"}, 422),
    "a batch": ([{"query": "{ viewer { id } }"}], 422),
    "variables that are a list": ({"query": "{ viewer { id } }", "variables": [7]}, 422),
}


@pytest.mark.parametrize(("body", "status"), STATUSES.values(), ids=STATUSES.keys())
def test_the_status_says_how_far_a_request_came(ask: Ask, body: Any, status: int) -> None:
    answer = ask(headers={"Accept": RESPONSE}, json=body)

    assert answer.status_code == status
    assert ("data" in answer.json()) == (status < 300)


@pytest.mark.parametrize(("body", "status"), STATUSES.values(), ids=STATUSES.keys())
def test_a_legacy_client_gets_the_same_statuses_and_its_own_media_type_for_what_was_carried_out(
    ask: Ask, body: Any, status: int
) -> None:
    answer = ask(headers={"Accept": JSON}, json=body)

    assert answer.status_code == (200 if status == 294 else status)
    if status < 300:
        assert answer.headers["content-type"].startswith(JSON)


def test_json_that_cannot_be_read_stays_400(ask: Ask) -> None:
    assert ask(headers={"Content-Type": JSON}, content=b'{"query":').status_code == 400
