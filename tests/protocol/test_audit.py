"""GraphQL over HTTP as others check it: the audit of the npm package graphql-http."""

from __future__ import annotations

from tests.protocol.conftest import running
from tests.wire.processes import GatewayProcess

CHECKS = 61


async def test_every_check_of_the_audit_passes(gateway: GatewayProcess) -> None:
    async with running(gateway, "audit") as script:
        found = [await script.says("check") for _ in range(CHECKS)]

        assert [check for check in found if check["status"] != "ok"] == []
        assert len({check["id"] for check in found}) == CHECKS
        assert await script.ended() == 0
