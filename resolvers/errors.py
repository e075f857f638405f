"""Errors as clients see them: a code for what they can mend, a trace id for what they cannot."""

from __future__ import annotations

import logging
import uuid
from typing import Final

from graphql import GraphQLError

from domain.pages import BadCursorError
from domain.ports import CursorExpiredError, KeyReusedError
from schema.ids import NoSuchThingError

log: Final = logging.getLogger("onevisit.faults")

MASKED: Final = "something went wrong here; the operators can find it by its traceId"
"""What a client reads of a fault."""


def forbidden(what: str, role: str) -> GraphQLError:
    """The caller's role may not do that."""
    return GraphQLError(f"{what} is not for the role {role}", extensions={"code": "FORBIDDEN"})


def not_found(message: str) -> GraphQLError:
    """There is nothing of that name which the caller may see."""
    return GraphQLError(message, extensions={"code": "NOT_FOUND"})


def shown(error: GraphQLError) -> GraphQLError:
    """The error for the client: as it is, if it tells what to mend; else masked, and in the log."""
    if "code" in (error.extensions or {}):
        return error
    cause = _cause(error)
    if cause is None:
        return _with_code(error, error.message, "BAD_USER_INPUT")
    if isinstance(cause, CursorExpiredError):
        text = "the cursor is too old or of another log; read again without `after`, and follow from there"
        return _with_code(error, text, "CURSOR_EXPIRED")
    remedy = _remedy(cause)
    return _with_code(error, remedy, "BAD_USER_INPUT") if remedy is not None else _fault(error, cause)


def _remedy(cause: Exception) -> str | None:
    """What the client is to mend, null where it cannot."""
    match cause:
        case BadCursorError():
            return "this is not a cursor of this list in this sort"
        case KeyReusedError():
            return "this clientMutationId was used with another input; take another one"
        case NoSuchThingError():
            return str(cause)
        case _:
            return None


def _cause(error: GraphQLError) -> Exception | None:
    """What was raised, null where the request itself is at fault."""
    cause: Exception | None = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _with_code(error: GraphQLError, message: str, code: str) -> GraphQLError:
    return GraphQLError(
        message, error.nodes, error.source, error.positions, error.path, extensions={"code": code}
    )


def _fault(error: GraphQLError, cause: Exception) -> GraphQLError:
    """A fault: its text may hold anything, so it stays in the log, under an id that the client can quote."""
    trace = uuid.uuid4().hex
    log.error("fault", exc_info=cause, extra={"trace_id": trace, "path": error.path})
    masked = _with_code(error, MASKED, "")
    masked.extensions = {"code": "INTERNAL_SERVER_ERROR", "traceId": trace}
    return masked
