"""Resources have several states: what is ordered, what is seen, and when none of them says otherwise (5.1)."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from domain.network import Finished, UnderWay
from tests.adapters.systems import LINE, body, request, scripted


@pytest.mark.parametrize(
    ("action", "shown", "is_done"),
    [
        ("activation", {"administrativeState": "unlocked"}, True),
        ("activation", {"administrativeState": "unlocked", "usageState": "active"}, True),
        ("activation", {"administrativeState": "unlocked", "usageState": "idle"}, False),
        ("activation", {"usageState": "active"}, False),
        ("suspend", {"administrativeState": "locked", "resourceStatus": "suspended"}, True),
        ("suspend", {"administrativeState": "locked", "resourceStatus": "reserved"}, False),
        ("terminate", {"administrativeState": "shutdown"}, True),
        ("terminate", {"administrativeState": "shutdown", "resourceStatus": "reserved"}, False),
        ("deactivate", {"administrativeState": "locked", "resourceStatus": "available"}, True),
    ],
)
async def test_a_resource_is_done_when_none_of_its_states_says_otherwise(
    action: str,
    shown: dict[str, str],
    is_done: bool,  # noqa: FBT001 - a case of the parameters
) -> None:
    network, _ = scripted(
        {"GET resource/r-1": httpx.Response(200, json={"id": "r-1", **shown})}, activation="tmf702"
    )

    found = await network.look(request(action=action, remote={"thing": "r-1"}))

    assert isinstance(found, Finished if is_done else UnderWay)


async def test_states_of_a_resource_are_ordered_together() -> None:
    bodies: list[dict[str, Any]] = []

    def change(one: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(one.content))
        return body(id="r-1", administrativeState="locked")

    network, _ = scripted({"PATCH resource/r-1": change}, activation="tmf702")

    await network.send(request(action="suspend", service="r-1"))

    assert (bodies[0]["administrativeState"], bodies[0]["resourceStatus"]) == ("locked", "suspended")


async def test_a_resource_may_echo_at_its_features() -> None:
    features = [{"name": "line", "featureCharacteristic": [{"name": "vlan", "value": {"value": "2101"}}]}]
    shown = body(id="r-1", administrativeState="unlocked", activationFeature=features)
    network, _ = scripted({"GET resource/r-1": shown}, activation="tmf702")

    found = await network.look(request(remote={"thing": "r-1"}))

    assert isinstance(found, Finished)
    assert found.echoed == {"vlan": LINE["vlan"]}
