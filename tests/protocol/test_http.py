"""GraphQL over HTTP: media types by order and weight, statuses, and bodies that are no request."""

from __future__ import annotations

from typing import Any

import pytest

from tests.protocol.conftest import Ask

JSON, RESPONSE = "application/json", "application/graphql-response+json"
ROLE = "{ viewer { role } }"
FOLLOW = "subscription { updates { kind } }"
CANCEL = 'mutation { cancelOrder(input: {number: "a", reason: "b"}) { __typename } }'


def kind(answer: Any) -> str:
    """The media type of an answer, without its charset."""
    return str(answer.headers["content-type"].partition(";")[0])


TAKES = {
    None: JSON,
    "": JSON,
    "*/*": JSON,
    "application/*": JSON,
    RESPONSE: RESPONSE,
    f"{RESPONSE}, {JSON};q=0.9": RESPONSE,
    f"{JSON}, {RESPONSE}": JSON,
    f"{JSON};q=0.5, {RESPONSE};q=0.6": RESPONSE,
    f"{JSON};q=0, */*": RESPONSE,
    f"*/*, {RESPONSE}": RESPONSE,
    "APPLICATION/JSON; charset=utf-8": JSON,
    f"{RESPONSE}, application/graphql+json, {JSON}, text/event-stream, multipart/mixed": RESPONSE,
    f"text/event-stream, {JSON}": JSON,
    f"text/event-stream, {JSON};q=0.9": "text/event-stream",
    "text/event-stream": "text/event-stream",
    "multipart/mixed;subscriptionSpec=1.0": "multipart/mixed",
    f'multipart/mixed;boundary="graphql,x";subscriptionSpec="1.0", {JSON}': JSON,
}


@pytest.mark.parametrize(("accept", "expected"), TAKES.items(), ids=str)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_has_the_media_type_that_the_client_takes_first(
    ask: Ask, method: str, accept: str | None, expected: str
) -> None:
    where: dict[str, Any] = {"params": {"query": ROLE}} if method == "GET" else {"json": {"query": ROLE}}

    answer = ask(method, {"Accept": accept} if accept is not None else {"Accept": ""}, **where)

    assert (answer.status_code, kind(answer)) == (200, expected)
    assert '{"data":{"viewer":{"role":"DISPATCHER"}}}' in answer.text


@pytest.mark.parametrize("accept", ["text/html", "image/*", "multipart/mixed", "application/json;q=0"])
def test_who_takes_nothing_that_is_served_is_told_what_is(ask: Ask, accept: str) -> None:
    answer = ask(headers={"Accept": accept}, json={"query": ROLE})

    assert answer.status_code == 406
    assert RESPONSE in answer.json()["errors"][0]["message"]


REQUEST_ERRORS = {
    "a document that does not parse": {"query": "{"},
    "a document that is not valid": {"query": "{ nothing }"},
    "no operation of that name": {"query": "query A { viewer { id } }", "operationName": "B"},
    "several operations and no name": {"query": "query A { viewer { id } } query B { viewer { id } }"},
    "a variable that does not coerce": {
        "query": "query($n: Int!) { orders(first: $n) { edges { cursor } } }"
    },
    "a document that is empty": {"query": "  "},
}


@pytest.mark.parametrize("body", REQUEST_ERRORS.values(), ids=REQUEST_ERRORS.keys())
def test_a_request_error_has_no_data_and_is_a_4xx_in_the_new_media_type_alone(
    ask: Ask, body: dict[str, Any]
) -> None:
    new = ask(headers={"Accept": RESPONSE}, json=body)
    legacy = ask(headers={"Accept": JSON}, json=body)

    assert (new.status_code, legacy.status_code) == (400, 200)
    assert new.json() == legacy.json()
    assert list(new.json()) == ["errors"]
    assert new.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_an_error_of_a_field_leaves_the_data_and_the_status(ask: Ask) -> None:
    answer = ask(headers={"Accept": RESPONSE}, json={"query": "{ crew { id } viewer { role } }"})

    assert answer.status_code == 200
    assert answer.json()["data"] == {"crew": None, "viewer": {"role": "DISPATCHER"}}
    assert answer.json()["errors"][0]["path"] == ["crew"]


NO_REQUESTS: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "null": (b"null", 400),
    "a number": (b"1", 400),
    "no number": (b"NaN", 400),
    "no number within": (b'{"query": "{ viewer { id } }", "variables": {"a": NaN}}', 400),
    "bad UTF-8": (b'{"query": "\xff"}', 400),
    "half a character": (b'{"query": "\\ud800"}', 400),
    "a thousand levels": (
        b'{"query": "{ viewer { id } }", "variables": {"a": ' + b"[" * 998 + b"]" * 998 + b"}}",
        400,
    ),
    "five thousand levels": (b"[" * 5000, 400),
    "a batch": (b'[{"query": "{ viewer { id } }"}]', 400),
    "another name": (b'{"qeury": "{ viewer { id } }"}', 400),
    "more than is read": (b" " * 5_000_000, 413),
}


@pytest.mark.parametrize(("body", "status"), NO_REQUESTS.values(), ids=NO_REQUESTS.keys())
def test_a_body_that_is_no_request_is_answered_with_a_sentence(ask: Ask, body: bytes, status: int) -> None:
    answer = ask(headers={"Content-Type": JSON, "Accept": RESPONSE}, content=body)

    assert (answer.status_code, kind(answer)) == (status, RESPONSE)
    [error] = answer.json()["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert len(error["message"]) > 10


@pytest.mark.parametrize(
    "sent",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", f"{JSON}; charset=utf-16"],
)
def test_another_media_type_of_the_request_is_415(ask: Ask, sent: str) -> None:
    answer = ask(headers={"Content-Type": sent}, content=b'{"query": "{ viewer { id } }"}')

    assert answer.status_code == 415
    assert JSON in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_is_405_and_told_which_are_served(ask: Ask, method: str) -> None:
    answer = ask(method, params={"query": ROLE})

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize("accept", [JSON, RESPONSE, "text/event-stream"])
def test_a_mutation_by_get_is_405_and_changes_nothing(ask: Ask, accept: str) -> None:
    answer = ask("GET", {"Accept": accept}, params={"query": CANCEL})

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("body", [b"{", b'{"query": "{"}'])
@pytest.mark.parametrize("token", ["", "Bearer nonsense", "Basic abc"])
def test_who_calls_is_settled_before_anything_is_read(ask: Ask, token: str, body: bytes) -> None:
    answer = ask(headers={"Authorization": token, "Content-Type": JSON}, content=body)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
