"""The gateway's own adapters against the simulated network: both read the standards in the same way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from domain.network import Finished, NetworkRequest, NetworkUnavailableError, UnderWay
from domain.values import ProductCode, ReportOutcome, SubTaskKind
from gateway.adapters.tmf_client import Access, TmfClient
from gateway.adapters.tmf_network import Paths, TmfNetwork
from gateway.simulator import resources, service_tests, services
from tests.simulator.caller import SERVICES
from tests.wire.nms import NmsProcess

BASES = {"tmf640": services.BASE, "tmf702": resources.BASE}
SECONDS = 10


@pytest.fixture(scope="module")
def nms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NmsProcess]:
    running = NmsProcess(tmp_path_factory.mktemp("nms")).start()
    yield running
    running.stop()


@pytest.fixture(params=["tmf640", "tmf702"])
async def network(request: pytest.FixtureRequest, nms: NmsProcess) -> AsyncIterator[TmfNetwork]:
    nms.script({"attempt": 9, "hang_seconds": 3, "delay_seconds": 0}, {"delay_seconds": 0.1})
    client = TmfClient(Access(nms.url, timeout_seconds=1))
    made = TmfNetwork(client, request.param, Paths(BASES[request.param], service_tests.BASE))
    yield made
    await made.close()


def activation(
    key: str, action: str = "activation", service: str | None = None, **data: Any
) -> NetworkRequest:
    line = ProductCode("INTERNET_LINE")
    return NetworkRequest(key, SubTaskKind.ACTIVATION, action, line, data, service=service)


def check(key: str, action: str = "activation", service: str | None = None) -> NetworkRequest:
    data = {"server": "zz"}
    return NetworkRequest(
        key, SubTaskKind.QUALITY_CHECK, action, ProductCode("INTERNET_LINE"), data, service=service
    )


async def finished(network: TmfNetwork, request: NetworkRequest) -> Finished:
    """What becomes of a request that is asked for until it has come to its end."""
    answer = await network.send(request)
    async with asyncio.timeout(SECONDS):
        while isinstance(answer, UnderWay):
            await asyncio.sleep(0.05)
            found = await network.look(replace(request, remote=answer.remote))
            assert found is not None
            answer = found
    return answer


async def test_an_activation_and_its_check_that_start_together_both_succeed(
    network: TmfNetwork, request: pytest.FixtureRequest
) -> None:
    order = f"OK-{request.node.callspec.id}"

    activated, checked = await asyncio.gather(
        finished(network, activation(f"{order}#A1", vlan=2101, subscribedRateMbps=100)),
        finished(network, check(f"{order}#Q1")),
    )

    assert (activated.outcome, checked.outcome) == (ReportOutcome.SUCCEEDED, ReportOutcome.SUCCEEDED)
    assert activated.echoed == {"vlan": 2101, "subscribedRateMbps": 100}
    assert checked.complete
    assert {one.metric: one.value for one in checked.measures}["tcpDownKbps"] == 94_900


async def test_a_refused_vlan_is_named_and_another_one_is_taken(
    network: TmfNetwork, request: pytest.FixtureRequest
) -> None:
    order = f"VLAN-{request.node.callspec.id}"

    refused = await finished(network, activation(f"{order}#A1", vlan=2999, port="0/3/7"))
    repaired = await finished(network, activation(f"{order}#A2", vlan=2101, port="0/3/7"))

    assert (refused.outcome, refused.refused_fields) == (ReportOutcome.FAILED, ("vlan",))
    assert repaired.outcome is ReportOutcome.SUCCEEDED


async def test_a_suspension_is_carried_out_and_its_check_finds_the_line_down(
    network: TmfNetwork, request: pytest.FixtureRequest
) -> None:
    order = f"STOP-{request.node.callspec.id}"
    active = await finished(network, activation(f"{order}#A1", vlan=2101))

    suspended, checked = await asyncio.gather(
        finished(network, activation(f"{order}-S#A1", "suspend", active.service)),
        finished(network, check(f"{order}-S#Q1", "suspend", active.service)),
    )

    assert (suspended.outcome, checked.outcome) == (ReportOutcome.SUCCEEDED, ReportOutcome.SUCCEEDED)
    assert suspended.service == active.service


async def test_who_does_not_wait_for_a_late_answer_finds_what_was_done_and_makes_it_once(
    network: TmfNetwork, nms: NmsProcess, request: pytest.FixtureRequest
) -> None:
    wanted = activation(f"LATE-{request.node.callspec.id}#A9", vlan=2101)

    with pytest.raises(NetworkUnavailableError):
        await network.send(wanted)
    found = await network.look(wanted)

    assert isinstance(found, Finished)
    assert found.outcome is ReportOutcome.SUCCEEDED
    assert nms.keys("CREATED").count(wanted.key) == 1


async def test_a_hub_is_registered_once_however_often_the_gateway_starts(nms: NmsProcess) -> None:
    paths = Paths(services.BASE, service_tests.BASE)
    network = TmfNetwork(TmfClient(Access(nms.url)), "tmf640", paths, callback="http://127.0.0.1:9/nms")

    await network.subscribe()
    await network.subscribe()
    await network.close()

    assert [one["path"] for one in nms.record("SUBSCRIBED")] == [
        SERVICES.replace("/service", "/hub"),
        f"{service_tests.BASE}/hub",
    ]
