"""A log line is an event and its fields; what libraries say of each connection is left out."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from gateway.telemetry import configure_logging

TOUCHED = (
    "strawberry",
    "httpx",
    "alembic",
    "websockets",
    "uvicorn.access",
    "uvicorn.error",
    "asyncpg",
    "strawberry.execution",
)


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in TOUCHED}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def test_a_line_for_machines_is_one_object_with_the_fields(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")

    logging.getLogger("onevisit.hub").warning(
        "the log cannot be read", extra={"pause_seconds": 2.0, "path": ["a", 1]}
    )

    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"], line["logger"]) == (
        "the log cannot be read",
        "warning",
        "onevisit.hub",
    )
    assert (line["pause_seconds"], line["path"]) == (2.0, ["a", 1])
    assert line["at"].endswith("+00:00")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_fault_shows_its_stack_and_any_field_can_be_shown(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("info", form)

    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logging.getLogger("onevisit.faults").exception("fault", extra={"group": {"1/A"}})

    said = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in said
    assert "1/A" in said


def test_text_is_one_line_with_the_fields(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "text")

    logging.getLogger("onevisit.hub").info("followed", extra={"position": 7})
    logging.getLogger("onevisit.hub").debug("not asked for")

    assert capsys.readouterr().err.endswith("INFO onevisit.hub followed position=7\n")


def test_no_connection_is_logged_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "text")

    for name in ("uvicorn.access", "uvicorn.error", "httpx"):
        logging.getLogger(name).info("connection open")

    assert capsys.readouterr().err == ""
