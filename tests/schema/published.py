"""Holds work orders to the shape that is published for TMF697 v5, as far as we promise it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SHAPE = json.loads(Path(__file__).with_name("work_order.schema.json").read_text("utf-8"))
Draft202012Validator.check_schema(SHAPE)
_VALIDATOR = Draft202012Validator(SHAPE)


def problems(work_order: Any) -> list[str]:
    """Where a work order is not of the published shape, and why."""
    return [f"{error.json_path}: {error.message}" for error in _VALIDATOR.iter_errors(work_order)]
