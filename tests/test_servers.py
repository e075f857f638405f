"""The servers under the tests are real, can be hurt, and leave nothing behind."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.servers import Postgres, Valkey

DEADLINE_SECONDS = 15

STARTS_A_VALKEY_AND_WAITS = """
import sys
from tests.servers import Valkey

valkey = Valkey()
print(valkey.pid, valkey.folder, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def fragile_postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.stop()


def plain(url: str) -> str:
    return url.replace("postgresql+asyncpg", "postgresql")


def ping(valkey: Valkey) -> bytes:
    with socket.create_connection(("127.0.0.1", valkey.port), timeout=0.3) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(100)


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


async def one_value(url: str, query: str) -> object:
    connection = await asyncpg.connect(plain(url))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_any_database_can_be_written_and_read(database_url: str) -> None:
    engine = create_async_engine(database_url)

    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE visit (town TEXT)"))
        await connection.execute(text("INSERT INTO visit VALUES ('郑州')"))
    async with engine.connect() as connection:
        towns = (await connection.execute(text("SELECT town FROM visit"))).scalars().all()
    await engine.dispose()

    assert towns == ["郑州"]


async def test_postgres_is_version_18(postgres_database: str) -> None:
    version = await one_value(postgres_database, "SHOW server_version")

    assert str(version).startswith("18.")


@pytest.mark.parametrize("_time", ["first", "second"])
async def test_each_test_gets_an_empty_database(postgres_database: str, _time: str) -> None:
    tables = await one_value(postgres_database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    await one_value(postgres_database, "CREATE TABLE visit (town TEXT)")

    assert tables == 0


async def test_a_database_can_be_copied_from_another(postgres: Postgres, postgres_database: str) -> None:
    await one_value(postgres_database, "CREATE TABLE visit AS SELECT '洛阳' AS town")

    copy = postgres.create_database(template=postgres_database.rpartition("/")[2])
    town = await one_value(copy, "SELECT town FROM visit")
    postgres.drop_database(copy)

    assert town == "洛阳"


async def test_what_postgres_has_committed_survives_its_being_killed(fragile_postgres: Postgres) -> None:
    await one_value(fragile_postgres.dsn, "CREATE TABLE visit AS SELECT '开封' AS town")
    first_pid = fragile_postgres.pid

    fragile_postgres.kill()
    with pytest.raises(OSError, match="Connect call failed"):
        await one_value(fragile_postgres.dsn, "SELECT 1")
    fragile_postgres.restart()

    assert await one_value(fragile_postgres.dsn, "SELECT town FROM visit") == "开封"
    assert fragile_postgres.pid != first_pid


async def test_a_frozen_postgres_answers_when_it_may_go_on(fragile_postgres: Postgres) -> None:
    connection = await asyncpg.connect(fragile_postgres.dsn)

    fragile_postgres.pause()
    answer = asyncio.create_task(connection.fetchval("SELECT 42"))
    done_while_frozen, _ = await asyncio.wait([answer], timeout=0.3)
    fragile_postgres.resume()

    assert not done_while_frozen
    assert await asyncio.wait_for(answer, DEADLINE_SECONDS) == 42
    await connection.close()


def test_postgres_flushes_to_the_disk_only_where_asked() -> None:
    durable = Postgres(durable=True)

    fsync = asyncio.run(one_value(durable.dsn, "SHOW fsync"))
    durable.stop()

    assert fsync == "on"


def test_valkey_answers_a_ping(valkey: Valkey) -> None:
    assert ping(valkey) == b"+PONG\r\n"


def test_valkey_comes_back_on_its_port_after_it_was_killed(valkey: Valkey) -> None:
    valkey.kill()

    with pytest.raises(ConnectionRefusedError):
        ping(valkey)
    valkey.restart()

    assert ping(valkey) == b"+PONG\r\n"


def test_a_frozen_valkey_is_brought_back_for_the_next_test(valkey: Valkey) -> None:
    valkey.pause()

    with pytest.raises(TimeoutError):
        ping(valkey)
    valkey.ensure_running()

    assert ping(valkey) == b"+PONG\r\n"


def test_a_server_which_cannot_start_shows_the_end_of_its_log(fragile_postgres: Postgres) -> None:
    fragile_postgres.kill()
    (fragile_postgres.folder / "data" / "postgresql.conf").write_text("max_connections = plenty\n")

    with pytest.raises(RuntimeError, match='invalid value for parameter "max_connections": "plenty"'):
        fragile_postgres.start()


def test_stopping_removes_the_process_and_the_folder() -> None:
    valkey = Valkey()

    valkey.stop()

    assert not psutil.pid_exists(valkey.pid)
    assert not valkey.folder.exists()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill -9"])
def test_nothing_is_left_behind_by_tests_that_are_ended(end: signal.Signals) -> None:
    command = [sys.executable, "-c", STARTS_A_VALKEY_AND_WAITS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        pid, folder = tests.stdout.readline().split()

        os.kill(tests.pid, end)

    assert eventually(lambda: not Path(folder).exists())
    assert not psutil.pid_exists(int(pid)) or psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE
