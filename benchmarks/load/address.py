"""Where a server is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Address:
    """Host, port and path of an endpoint."""

    name: str
    port: int
    path: str = "/graphql"

    @property
    def host(self) -> str:
        """As the header says it."""
        return f"{self.name}:{self.port}"

    @property
    def url(self) -> str:
        """As people type it."""
        return f"http://{self.host}{self.path}"
