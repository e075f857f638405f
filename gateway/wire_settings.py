"""The settings of the transports."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.wire.http import Statuses
from engine.wire.persisted import Mode, read_known
from gateway.readings import Setting, one_of, seconds, whole


def known_documents(text: str) -> Mapping[str, str]:
    """The documents of a file or a folder."""
    return read_known(Path(text))


WIRE = (
    Setting(
        "max_body_bytes",
        "4194304",
        whole(1024, 1 << 28),
        "The largest HTTP request; 500 orders are about 500 KB.",
    ),
    Setting(
        "max_message_bytes",
        "262144",
        whole(1024, 1 << 24),
        "The largest WebSocket message from a client.",
    ),
    Setting(
        "stall_seconds",
        "30",
        seconds(0.1, 3600),
        "How long a peer may take nothing of what it is sent before it is cut off.",
    ),
    Setting(
        "max_sockets",
        "10000",
        whole(1, 1_000_000),
        "Open WebSockets of one process; one more is closed with 1013, and comes back later.",
    ),
    Setting(
        "heartbeat_seconds",
        "10",
        seconds(0.1, 300),
        "After how long without an update a stream over HTTP carries a heartbeat.",
    ),
    Setting(
        "http_statuses",
        "classic",
        one_of(*(statuses.value for statuses in Statuses)),
        "`draft`: 422 for what cannot be carried out, 294 where errors stand beside data (docs/protocol.md).",
    ),
    Setting(
        "persisted_documents",
        "on",
        one_of(*(mode.value for mode in Mode)),
        "`on`: documents by identifier, and clients may teach theirs; `enforced`: known documents alone; `off`.",
    ),
    Setting(
        "known_documents",
        None,
        known_documents,
        "A file or folder of known documents: `.graphql`, or `.json` of Relay's compiler or Apollo's manifest.",
    ),
)
