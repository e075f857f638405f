"""By what an attempt that succeeded is found again, and what is kept of it (历史数据)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.values import OrderNumber, ProductCode, SubTaskKind


@dataclass(frozen=True, slots=True)
class Traces:
    """By what an order's history is found. ``port`` and ``device`` are null where the data name none."""

    kind: SubTaskKind
    number: OrderNumber
    product: ProductCode
    place: str
    standard_id: str | None = None
    port: str | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Success:
    """An attempt that succeeded, and the traces under which it is found."""

    traces: Traces
    attempt: int
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    service: str | None = None
