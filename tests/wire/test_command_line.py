"""The command line as an operator types it: what it does, and the sentence when it cannot."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.auth import Tokens
from schema.node import encode_id
from tests.servers import Postgres
from tests.wire.processes import ROOT, SECRET, GatewayProcess, free_port, onevisit, run
from tests.wire.trade import Trade


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayProcess]:
    running = GatewayProcess(f"sqlite:///{tmp_path / 'onevisit.db'}").start(tmp_path)
    yield running
    running.stop()


FEW_CREWS = """import sys; from gateway import cli, demo_world; all_crews = demo_world.demo_crews
demo_world.demo_crews = lambda: all_crews()[:12]; sys.exit(cli.main())"""


def test_the_demo_plays_groups_to_their_end(gateway: GatewayProcess) -> None:
    """With a few of its crews: making all of them takes 40 seconds, for which `make soak` has the time."""
    words = ["demo", "--url", gateway.url, "--groups", "2", "--speed", "6000"]

    done = run([sys.executable, "-c", FEW_CREWS, *words])

    assert done.returncode == 0, done.stderr
    assert "2 groups were played to their end" in done.stderr


async def test_a_file_of_the_upstream_system_is_taken_in_and_known_the_second_time(
    gateway: GatewayProcess,
) -> None:
    trade = await Trade([gateway.url]).prepare()
    file = str(ROOT / "examples" / "henan.csv")

    first = onevisit("intake", file, "--url", gateway.url)
    again = onevisit("intake", file, "--url", gateway.url)

    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    assert "8 accepted, 0 duplicate" in first.stdout
    assert "0 accepted, 8 duplicate" in again.stdout
    await trade.close()


def test_a_token_is_printed_alone(tmp_path: Path) -> None:
    made = onevisit("token", "--role", "dispatcher", ONEVISIT_DATABASE_URL=f"sqlite:///{tmp_path / 'x.db'}")

    assert made.returncode == 0
    assert Tokens(SECRET).verify(made.stdout.strip()).role == "DISPATCHER"


async def test_a_token_for_a_member_takes_the_id_of_the_api(gateway: GatewayProcess) -> None:
    trade = await Trade([gateway.url]).prepare()
    made = onevisit(
        "token", "--role", "crew", "--member", trade.members["Li"], ONEVISIT_DATABASE_URL=gateway.database_url
    )
    unknown = onevisit(
        "token",
        "--role",
        "crew",
        "--member",
        encode_id("Member", "m-0"),
        ONEVISIT_DATABASE_URL=gateway.database_url,
    )

    assert Tokens(SECRET).verify(made.stdout.strip()).member is not None
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "is unknown in this database" in unknown.stderr
    await trade.close()


WRONG = {
    "there is no role 'king'": ("token", "--role", "king"),
    "--role crew needs --member": ("token", "--role", "crew"),
    "is no Member.id of the API": ("token", "--role", "crew", "--member", "Li"),
    "--port is 'x'": ("serve", "--port", "x"),
    "--speed is 0": ("demo", "--speed", "0"),
    "--batch is 501": ("intake", "file.csv", "--batch", "501"),
}


@pytest.mark.parametrize(("sentence", "words"), WRONG.items())
def test_a_wrong_call_is_told_how_to_call(sentence: str, words: tuple[str, ...]) -> None:
    done = onevisit(*words)

    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_process_on_one_file_is_refused_with_a_sentence(gateway: GatewayProcess) -> None:
    second = onevisit("serve", "--port", str(free_port()), ONEVISIT_DATABASE_URL=gateway.database_url)

    assert second.returncode == 1
    assert "PostgreSQL" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_database_that_is_not_there_is_named_without_its_password() -> None:
    url = f"postgresql://onevisit:hush@127.0.0.1:{free_port()}/onevisit"

    done = onevisit("serve", "--port", str(free_port()), ONEVISIT_DATABASE_URL=url)

    assert done.returncode == 1
    assert "PostgreSQL database onevisit at 127.0.0.1" in done.stderr
    assert "hush" not in done.stderr
    assert "Traceback" not in done.stderr


def test_an_old_postgresql_is_told_which_command_to_type(postgres: Postgres, postgres_database: str) -> None:
    assert postgres.pid
    done = onevisit("serve", "--port", str(free_port()), ONEVISIT_DATABASE_URL=postgres_database)

    assert done.returncode == 1
    assert "onevisit migrate" in done.stderr


def test_an_empty_postgresql_is_served_after_migrate(
    postgres: Postgres, postgres_database: str, tmp_path: Path
) -> None:
    assert postgres.pid

    done = onevisit("migrate", ONEVISIT_DATABASE_URL=postgres_database)

    assert (done.returncode, done.stderr) == (0, "")
    GatewayProcess(postgres_database).start(tmp_path).stop()


def test_the_schema_that_is_printed_is_the_committed_one() -> None:
    assert onevisit("schema").stdout == (ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8")


def test_no_gateway_at_the_address_is_said_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text((ROOT / "examples" / "g1.jsonl").read_text(encoding="utf-8"), encoding="utf-8")

    done = onevisit("demo", "--url", f"http://127.0.0.1:{free_port()}")

    assert done.returncode == 1
    assert "is `onevisit serve` running" in done.stderr
    assert "Traceback" not in done.stderr
