"""What the simulated network answers when it does not do as it was told: the error bodies of TM Forum's APIs."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from gateway.simulator.behaviour import Behaviour

BUSY_TEXT: Final = "a different test is already in progress"
NOT_READY_TEXT: Final = "the line is not ready, try again later"
LOGIN_PAGE: Final = "<!doctype html><html><title>Sign in</title><p>Please sign in.</html>"


class Refused(Exception):  # noqa: N818 - it is an answer, not an error of this program
    """The request is answered with this status and body; text is sent as HTML."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def error(status: int, message: str, **more: Any) -> dict[str, Any]:
    """The body of an error."""
    reason = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"
    return {
        "code": str(status),
        "reason": reason,
        "message": message,
        "status": str(status),
        "@type": "Error",
    } | more


def refusal(fields: Mapping[str, str]) -> dict[str, Any]:
    """The body which names the fields that were refused."""
    messages = [
        {"code": "422", "message": message, "field": name, "referenceError": name}
        for name, message in fields.items()
    ]
    return error(422, "; ".join(fields.values()), errorMessage=messages)


def bad_field(name: str, message: str) -> Refused:
    """The answer to a request whose field does not make sense."""
    one = {"code": "400", "message": f"{name} {message}", "field": name, "referenceError": name}
    return Refused(400, error(400, f"{name} {message}", errorMessage=[one]))


def missing(collection: str, id_: str) -> Refused:
    """The answer to a request for what is not there."""
    return Refused(404, error(404, f"there is no {collection} {id_}"))


def instead(behaviour: Behaviour) -> Refused | None:
    """What the script has for an answer, whatever was asked; null where it has none."""
    if behaviour.status:
        return Refused(behaviour.status, error(behaviour.status, "as the script says"))
    if behaviour.html:
        return Refused(200, LOGIN_PAGE)
    if behaviour.busy:
        return Refused(409, error(409, BUSY_TEXT))
    return None
