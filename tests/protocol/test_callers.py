"""Who is on an open connection is looked at again: who may no longer what it did is sent away."""

from __future__ import annotations

import asyncio

import pytest
import websockets

from tests.protocol.streamed import streamed
from tests.wire.feeds import connected, said
from tests.wire.processes import GatewayProcess
from tests.wire.trade import Trade

FOLLOW = "subscription { updates { kind } }"
SAVE = "mutation($i: SaveMemberInput!) { saveMember(input: $i) { __typename } }"


async def test_a_member_who_is_disabled_loses_its_socket_and_its_stream(gateway: GatewayProcess) -> None:
    trade = await Trade([gateway.url]).prepare()
    li, wang = trade.crew("Li").token, trade.crew("Wang").token
    disabled = {
        "id": trade.members["Li"],
        "crewId": trade.crews["410105"],
        "name": "Li",
        "phone": "13801050002",
        "active": False,
    }
    async with (
        asyncio.timeout(30),
        connected(gateway.socket_url, li) as socket,
        connected(gateway.socket_url, wang) as another,
        streamed(gateway, FOLLOW, token=li) as stream,
    ):
        await said(socket), await said(another)

        await trade.admin.ask(SAVE, i=disabled)

        assert [event["event"] for event in await stream.events()] == ["next"]
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await said(socket)
        await another.send('{"type":"ping"}')
        assert await said(another) == {"type": "pong"}

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403
    assert "changed" in closed.value.rcvd.reason
    await trade.close()
