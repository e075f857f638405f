"""What goes wrong outside of any document: the caller is answered all the same, and the log says what it was.

A fault within a document is shown by ``resolvers.errors`` in the same words.
"""

from __future__ import annotations

import logging
import uuid

import orjson
from starlette.responses import Response

from resolvers.errors import MASKED

log = logging.getLogger("onevisit.faults")

ABSENT = "the database does not answer; send the request again a little later"


class UnavailableError(Exception):
    """What is needed to serve anybody does not answer. The cause is what it said."""


def noted(error: BaseException) -> str:
    """The id under which the log has a fault; an outage is one line there, a bug has its stack."""
    trace = uuid.uuid4().hex
    if isinstance(error, UnavailableError):
        cause = error.__cause__ or error
        shown = f"{type(cause).__name__}: {cause}"
        log.error("the database does not answer", extra={"trace_id": trace, "cause": shown})
    else:
        log.error("fault", exc_info=error, extra={"trace_id": trace})
    return trace


def refused(
    status: int, code: str, message: str, headers: dict[str, str] | None = None, **more: str
) -> Response:
    """A request that was not carried out, in GraphQL's own form."""
    body = {"errors": [{"message": message, "extensions": {"code": code, **more}}]}
    return Response(orjson.dumps(body), status, headers, "application/json")


def answer(error: Exception) -> Response:
    """What the caller is told of a fault or an outage: nothing that it holds, but where the log has it."""
    trace = noted(error)
    if isinstance(error, UnavailableError):
        return refused(503, "INTERNAL_SERVER_ERROR", ABSENT, {"Retry-After": "1"}, traceId=trace)
    return refused(500, "INTERNAL_SERVER_ERROR", MASKED, traceId=trace)
