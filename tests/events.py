"""Callbacks as TM Forum's hubs send them, for whoever receives some in a test."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any


def state_change(key: str, event_id: str = "e1", **more: Any) -> dict[str, Any]:
    """A ServiceStateChangeEvent of an attempt."""
    service = {"id": "s-1", "externalId": key, "state": "active"}
    return {
        "eventId": event_id,
        "eventType": "ServiceStateChangeEvent",
        "correlationId": key,
        "event": {"service": service},
        **more,
    }


def measured(key: str, value: Any, event_id: str = "e1") -> dict[str, Any]:
    """A ServiceTestStateChangeEvent with one figure."""
    measure = {"metricName": "tcpDownKbps", "value": {"value": value}, "unitOfMeasure": "kbit/s"}
    test = {"id": "t-1", "state": "completed", "testMeasure": [measure]}
    event = state_change(key, event_id, eventType="ServiceTestStateChangeEvent")
    return {**event, "event": {"serviceTest": test}}


def as_body(event: Any) -> bytes:
    """The bytes that go over the line."""
    return json.dumps(event, ensure_ascii=False).encode()


def signed(body: bytes, secret: str) -> dict[str, str]:
    """The headers of a callback whose sender has the secret."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}
