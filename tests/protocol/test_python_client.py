"""A typed client in Python, generated from the schema and the operations which the other clients have."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from domain.values import Role
from tests.protocol.conftest import CLIENTS
from tests.wire.processes import ROOT, TOKENS, GatewayProcess

PACKAGE = "onevisit_client"
SETTINGS = """
[tool.ariadne-codegen]
schema_path = "{schema}"
queries_path = "{operations}"
target_package_path = "{target}"
target_package_name = "{package}"
include_comments = "none"
[tool.ariadne-codegen.scalars.DateTime]
type = "datetime.datetime"
[tool.ariadne-codegen.scalars.Cursor]
type = "str"
[tool.ariadne-codegen.scalars.JSON]
type = "object"
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The generated package."""
    folder = tmp_path_factory.mktemp("generated")
    settings = SETTINGS.format(
        schema=ROOT / "schema" / "schema.graphql",
        operations=CLIENTS / "operations",
        target=folder,
        package=PACKAGE,
    )
    (folder / "codegen.toml").write_text(settings, encoding="utf-8")
    command = [generator(), "--config", "codegen.toml"]
    made = subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True, timeout=120)
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield importlib.import_module(PACKAGE)
    sys.path.remove(str(folder))


def generator() -> str:
    """The generator of the project or of the machine; without it the test is skipped, but not in CI."""
    own = Path(ROOT / ".venv" / "codegen" / "bin" / "ariadne-codegen")
    found = str(own) if own.exists() else shutil.which("ariadne-codegen")
    if found is not None:
        return found
    text = "ariadne-codegen is not installed: type `make test`"
    if os.environ.get("CI"):
        pytest.fail(text)
    pytest.skip(text)


async def left(typed: Any) -> None:
    """Close the client, and wait for its sockets: the generated code leaves a feed's generator to the collector."""
    await typed.http_client.aclose()
    gc.collect()
    closing = asyncio.all_tasks() - {asyncio.current_task()}
    if closing:
        await asyncio.wait(closing, timeout=20)


async def test_it_takes_orders_in_polls_and_follows_with_types(
    gateway: GatewayProcess, client: ModuleType
) -> None:
    header = {"Authorization": f"Bearer {TOKENS.issue(Role.UPSTREAM)}"}
    typed = client.Client(
        url=f"{gateway.url}/graphql",
        headers=header,
        ws_url=gateway.socket_url,
        ws_connection_init_payload=header,
    )
    order = client.OrderInput(
        number="P1",
        action=client.OrderAction.ACTIVATION,
        product="CAMERA",
        customer=client.CustomerInput(number="K1", name="豫新商贸"),
        address=client.AddressInput(text="金水区文化路85号"),
    )

    taken = await typed.intake(client.IntakeOrdersInput(orders=[order]))
    polled = await typed.poll()
    async with aclosing(typed.group("P1")) as updates:
        update = await anext(updates)
    await left(typed)

    [result] = taken.intake_orders.results
    assert isinstance(result, client.IntakeIntakeOrdersResultsOrderAccepted)
    assert result.order.number == "P1"
    assert [edge.node.revision for edge in polled.events.edges] == list(
        range(1, len(polled.events.edges) + 1)
    )
    assert update.group_updates.kind is client.UpdateKind.SNAPSHOT
    assert isinstance(update.group_updates.at, dt.datetime)
    assert update.group_updates.group.orders[0].state is result.order.state


async def test_what_is_refused_is_raised_with_its_code(gateway: GatewayProcess, client: ModuleType) -> None:
    header = {"Authorization": f"Bearer {TOKENS.issue(Role.DISPATCHER)}"}
    typed = client.Client(
        url=f"{gateway.url}/graphql",
        headers=header,
        ws_url=gateway.socket_url,
        ws_connection_init_payload=header,
    )

    async with aclosing(typed.group("nowhere")) as updates:
        with pytest.raises(client.GraphQLClientGraphQLMultiError, match="no group"):
            await anext(updates)
    with pytest.raises(client.GraphQLClientGraphQLMultiError, match="is not a Cursor"):
        await typed.poll(after="nonsense")
    await left(typed)
