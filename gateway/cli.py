"""The command line: ``onevisit serve | migrate | demo | intake | receipts | nms | token | schema``."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from domain.values import DeliveryState, MemberId, Role
from gateway.auth import Tokens
from gateway.client import GatewayRefused, GatewayUnreachable, GraphQLClient
from gateway.kept_secret import kept_secret
from gateway.settings import SETTINGS, SettingError, Settings, read_settings
from gateway.simulator.behaviour import ScriptError
from gateway.simulator.record import RecordError
from gateway.telemetry import configure_logging
from persistence.database import Database
from persistence.faults import DatabaseError
from persistence.migrations import migrate
from persistence.store import SqlStore
from schema.node import decode_id

USAGE_ERROR = 2
NMS_PORT = 8090
"""Of the simulated network management system, unless --port says otherwise."""


class UsageError(Exception):
    """The command was called wrongly; the message says how to call it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status. Whatever goes wrong for a known reason is one sentence."""
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings(os.environ, vars(options))
        configure_logging(settings.log_level, settings.log_format)
        run: Callable[[argparse.Namespace, Settings], int] = options.run
        return run(options, settings)
    except (SettingError, UsageError, ScriptError, RecordError) as error:
        print(f"onevisit: {error}", file=sys.stderr)
        return USAGE_ERROR
    except (DatabaseError, GatewayUnreachable, GatewayRefused, OSError) as error:
        print(f"onevisit: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "onevisit", description="Many orders, one visit: a GraphQL gateway for field work."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _command(commands, "serve", _serve, "serve the API, GraphiQL and the health paths")
    _command(commands, "migrate", _migrate, "bring the database to the tables of this version")
    _command(commands, "schema", _schema, "print the GraphQL schema")
    token = _command(commands, "token", _token, "print a token, alone on standard output")
    token.add_argument("--role", required=True, help=f"one of {', '.join(role.lower() for role in Role)}")
    token.add_argument("--member", help="for the role crew: the Member.id of the API")
    intake = _command(commands, "intake", _intake, "send the orders of a file (JSON lines, CSV, XLSX)")
    intake.add_argument("file", type=Path)
    intake.add_argument("--batch", type=int, default=100, help="orders a request, 1 to 500 (default 100)")
    intake.add_argument(
        "--refused", type=Path, help="write the refused lines there, to correct and send again"
    )
    _add_nms(commands)
    receipts = _command(commands, "receipts", _receipts, "list receipts, and have dead letters sent again")
    _receipt_options(receipts)
    demo = _command(commands, "demo", _demo, "load Henan's districts and crews, then play a working day")
    demo.add_argument("--groups", type=int, help="stop after so many groups; without end if not given")
    demo.add_argument("--speed", type=float, default=60.0, help="minutes of the day a minute (default 60)")
    demo.add_argument("--seed", type=int, default=1, help="another seed plays another day")
    for client in (intake, receipts, demo):
        client.add_argument(
            "--url", default=os.environ.get("ONEVISIT_URL"), help="the gateway (default: HOST and PORT)"
        )
    for client in (intake, receipts):
        client.add_argument(
            "--token", default=os.environ.get("ONEVISIT_TOKEN"), help="default: one signed with the secret"
        )
    return parser


def _add_nms(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """It is another system, so it has none of the gateway's settings but the secret that both must know."""
    text = "serve a simulated network management system, kept to a script"
    nms = commands.add_parser("nms", help=text, description=text)
    nms.set_defaults(run=_nms)
    nms.add_argument("--host", dest="nms_host", metavar="HOST", default="127.0.0.1", help="default 127.0.0.1")
    nms.add_argument(
        "--port", dest="nms_port", metavar="PORT", type=_port, default=NMS_PORT, help=f"default {NMS_PORT}"
    )
    nms.add_argument(
        "--script", type=Path, metavar="FILE", help="rules for what goes otherwise than well (JSON)"
    )
    nms.add_argument(
        "--record", type=Path, metavar="FILE", help="keep all that it did there, and go on from it"
    )
    nms.add_argument(
        "--secret",
        "--nms-secret",
        dest="nms_secret",
        metavar="S",
        help="sign callbacks with it (default ONEVISIT_NMS_SECRET)",
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) < 65536):  # noqa: PLR2004 - the ports there are
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 0 to 65535")
    return int(text)


def _receipt_options(parser: argparse.ArgumentParser) -> None:
    """What ``onevisit receipts`` takes."""
    states = [state.lower() for state in DeliveryState]
    parser.add_argument("--delivery", choices=states, help="only those which are so far on their way")
    parser.add_argument("--order", metavar="NUMBER", help="only those of one order")
    again = parser.add_mutually_exclusive_group()
    again.add_argument(
        "--replay",
        nargs="+",
        metavar="ID",
        help="have these dead letters sent again: ORDER/ATTEMPT/KIND, or the Receipt.id of the API",
    )
    again.add_argument("--replay-dead", action="store_true", help="have all dead letters sent again")


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace, Settings], int],
    help_: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help_, description=help_)
    parser.set_defaults(run=run)
    group = parser.add_argument_group(
        "settings", "also as environment variables ONEVISIT_…; docs/settings.md"
    )
    for setting in SETTINGS:
        group.add_argument(setting.flag, dest=setting.name, metavar="VALUE", help=setting.meaning)
    return parser


def _secret(settings: Settings) -> str:
    if settings.secret is not None:
        return settings.secret
    if settings.database_url.startswith("sqlite"):
        return kept_secret(settings.database_url)
    raise UsageError(
        "ONEVISIT_SECRET is not set; every process needs the same, for instance of `openssl rand -hex 32`"
    )


def _serve(_options: argparse.Namespace, settings: Settings) -> int:
    from gateway.serving import serve  # noqa: PLC0415 - the other commands start without the server

    serve(settings, _secret(settings), links=True)
    return 0


def _migrate(_options: argparse.Namespace, settings: Settings) -> int:
    async def run() -> None:
        async with Database(settings.database_url) as database:
            await migrate(database)
            print(f"The {database.shown} has the tables of this version.")

    asyncio.run(run())
    return 0


def _schema(_options: argparse.Namespace, _settings: Settings) -> int:
    from resolvers.root import schema_text  # noqa: PLC0415 - as above

    print(schema_text(), end="")
    return 0


def _token(options: argparse.Namespace, settings: Settings) -> int:
    name = options.role.upper()
    if name not in Role.__members__:
        raise UsageError(f"there is no role {options.role!r}; known are {', '.join(r.lower() for r in Role)}")
    role = Role(name)
    if (role is Role.CREW) != (options.member is not None):
        raise UsageError("--role crew needs --member ID, the Member.id of the API; no other role takes one")
    member = asyncio.run(_known_member(options.member, settings)) if options.member is not None else None
    print(Tokens(_secret(settings)).issue(role, member=member, hours=settings.token_hours))
    return 0


async def _known_member(text: str, settings: Settings) -> MemberId:
    """The member's own id, looked up if the database can be asked."""
    decoded = decode_id(text)
    if decoded is None or decoded[0] != "Member":
        ask = "{ crews { edges { node { members { id name } } } } }"
        raise UsageError(f"--member {text} is no Member.id of the API; ask for one: {ask}")
    member = MemberId(decoded[1])
    try:
        async with Database(settings.database_url) as database:
            world = await SqlStore(database, _Silence(), settings.policy).world()
    except DatabaseError as error:
        print(f"onevisit: the member was not checked, as {error}", file=sys.stderr)
        return member
    known = world.members.get(member)
    if known is None or not known.active:
        state = "disabled" if known else "unknown"
        raise UsageError(f"member {text} is {state} in this database; name another")
    return member


class _Silence:
    """A bell for a process that changes nothing."""

    def ring(self) -> None:
        """Do nothing."""


def _url(options: argparse.Namespace, settings: Settings) -> str:
    return options.url or f"{settings.scheme}://{settings.host}:{settings.port}"


def _intake(options: argparse.Namespace, settings: Settings) -> int:
    from gateway.intake import intake  # noqa: PLC0415 - as above

    if not 1 <= options.batch <= 500:  # noqa: PLR2004 - the API's own bound
        raise UsageError(f"--batch is {options.batch}; give 1 to 500")
    token = options.token or Tokens(_secret(settings)).issue(Role.UPSTREAM, hours=1)

    async def run() -> int:
        async with GraphQLClient(_url(options, settings), token) as client:
            return await intake(options.file, client, batch=options.batch, refused=options.refused)

    return asyncio.run(run())


def _nms(options: argparse.Namespace, settings: Settings) -> int:
    from gateway.simulator.app import Simulator, rules_of  # noqa: PLC0415 - as above
    from gateway.simulator.serving import serve  # noqa: PLC0415 - as above

    rules, file, secret = rules_of(options.script), options.record, settings.nms_secret

    async def run() -> None:
        await serve(Simulator(rules=rules, record=file, secret=secret), options.nms_host, options.nms_port)

    asyncio.run(run())
    return 0


def _receipts(options: argparse.Namespace, settings: Settings) -> int:
    from gateway.receipts import receipts  # noqa: PLC0415 - as above

    if ((options.replay or options.replay_dead) and options.delivery) or (options.replay and options.order):
        raise UsageError("--replay takes IDs alone, --replay-dead at most --order NUMBER")
    token = options.token or Tokens(_secret(settings)).issue(Role.DISPATCHER, hours=1)

    async def run() -> int:
        async with GraphQLClient(_url(options, settings), token, role="dispatcher") as client:
            return await receipts(
                client,
                delivery=options.delivery,
                order=options.order,
                ids=options.replay,
                dead=options.replay_dead,
            )

    return asyncio.run(run())


def _demo(options: argparse.Namespace, settings: Settings) -> int:
    from gateway.demo import Demo  # noqa: PLC0415 - as above

    if options.speed <= 0:
        raise UsageError(f"--speed is {options.speed:g}; give a number above 0")
    tokens = Tokens(_secret(settings))
    demo = Demo(
        _url(options, settings), tokens, speed=options.speed, groups=options.groups, seed=options.seed
    )
    asyncio.run(demo.run())
    return 0
