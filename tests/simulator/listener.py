"""A listener for callbacks: a real HTTP server of the test's own, which keeps what it was sent."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass
class Callback:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    raw: bytes
    answered: int

    @property
    def body(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.raw)
        return event

    @property
    def state(self) -> str:
        """The state of the thing that the event is about."""
        (thing,) = self.body["event"].values()
        state: str = thing["state"]
        return state


@dataclass
class Listener:
    """Answers with the given statuses in turn, then with 204."""

    answers: list[int] = field(default_factory=list)
    callbacks: list[Callback] = field(default_factory=list)

    def __enter__(self) -> Self:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 5

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                status = listener.answers.pop(0) if listener.answers else 204
                headers = {name.lower(): value for name, value in self.headers.items()}
                listener.callbacks.append(Callback(self.path, headers, raw, status))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *_: Any) -> None:  # noqa: A002 - its name is the base class's
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            request_queue_size = 128
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/nms"

    def taken(self, kind: str = "") -> list[Callback]:
        """The callbacks of an event's kind, in the order in which they came."""
        return [one for one in self.callbacks if kind in one.body["eventType"]]
