"""The operators' command."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from ops import (
    announcement,
    home as homes,
    locks,
    migrations,
    outbox as outboxes,
    postgres,
    secrets,
    seeding,
    stack,
)
from ops.bootstrap import bootstrap, databases as urls_of
from ops.environment import ROOT
from ops.errors import OperatorError
from ops.files import write_private
from ops.home import Home
from ops.postgres import Server
from ops.ready import Ready
from ops.secrets import Secrets
from ops.stack import Options

app = typer.Typer(
    name="liandong",
    help="联动: cross-region joint environmental enforcement.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # the plain ones go into log files
)
calendar = typer.Typer(help="The working calendar of a year.", no_args_is_help=True)
app.add_typer(calendar, name="calendar")
outbox = typer.Typer(help="Events that could not be delivered.", no_args_is_help=True)
app.add_typer(outbox, name="outbox")
draw = typer.Typer(help="Draws 双随机: what was drawn, drawn again.", no_args_is_help=True)
app.add_typer(draw, name="draw")

HomeOption = Annotated[Path, typer.Option("--home", help="Where data, secrets and logs are kept.")]
DEFAULT_HOME = ROOT / ".local"


@app.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="Address of the gateway.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 8000,
    issuer: Annotated[
        str | None, typer.Option(help="Public URL of the gateway, if a proxy stands before it.")
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="Sample data and logins; loopback only.")
    ] = False,
    simulated_clock: Annotated[
        bool, typer.Option("--simulated-clock", help="Business time stands still until it is set.")
    ] = False,
    clock_from: Annotated[
        str | None, typer.Option(help="RFC 3339: where simulated business time begins.")
    ] = None,
    ephemeral: Annotated[
        bool, typer.Option("--ephemeral", help="A database and home of its own, gone at the end.")
    ] = False,
    ready_json: Annotated[
        Path | None,
        typer.Option(envvar="LIANDONG_READY_JSON", help="Written when everything answers."),
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Run everything in the foreground; Ctrl-C stops it."""
    options = Options(
        host=host,
        port=port,
        issuer=issuer,
        demo=demo,
        clock_from=_business_time(clock_from, simulated=simulated_clock),
        durable=not ephemeral,
        ready_json=ready_json.absolute() if ready_json else None,
    )
    announcement.doing("starting PostgreSQL")
    with _place(home, ephemeral=ephemeral) as (place, server):
        stack.run(place, server, options)


@app.command()
def migrate(*, home: HomeOption = DEFAULT_HOME) -> None:
    """Bring schemas and reference data up to date; makes roles and schemas when missing."""
    with postgres.server(Home(home)) as server:
        databases = stack.prepare(server, Secrets(Home(home).secrets), Options())
        asyncio.run(seeding.seed_references_once(databases))


@app.command()
def revision(service: str, message: str) -> None:
    """Write a migration for what the models of a service declare and its history lacks."""
    with homes.temporary() as place, postgres.embedded(place, durable=False) as server:
        made = asyncio.run(bootstrap(server.url, Secrets(place.secrets), durable=False))
        migrations.upgrade(made.owner, [service])
        migrations.revise(made.owner, service, message)


@app.command("env-file")
def env_file(path: Path, *, home: HomeOption = DEFAULT_HOME) -> None:
    """Write every secret as NAME=value, for docker compose; makes those that are missing."""
    keys = Secrets(Home(home).secrets)
    names = sorted(secrets.NAMES)
    lines = (f"{name.upper().replace('-', '_')}={keys.read(name)}\n" for name in names)
    write_private(path, "".join(lines))


@app.command()
def seed(
    *,
    principals_json: Annotated[
        Path | None, typer.Option(help="Where to write the logins; in the home by default.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Fill an empty database with reference data and the demo realm. Does nothing twice."""
    place = Home(home)
    with postgres.server(place) as server:
        keys = Secrets(place.secrets)
        databases = stack.prepare(server, keys, Options())
        asyncio.run(seeding.seed_once(databases, keys, principals_json or place.principals))


@app.command()
def demo() -> None:
    """Play the story of one complaint against a stack of its own; fails if a statement does."""
    from ops import demo as story  # noqa: PLC0415 -- other commands need none of it

    raise typer.Exit(story.run())


@outbox.command("list")
def list_parked(*, home: HomeOption = DEFAULT_HOME) -> None:
    """Show what was given up after its last try."""
    with _databases(Home(home)) as urls:
        for parked in asyncio.run(outboxes.parked(urls["owner"])):
            print(
                f"{parked.event_id}  {parked.topic}  {parked.service} to {parked.destination}"
                f"  {parked.attempts} tries: {parked.last_error}"
            )


@outbox.command()
def resend(
    event: Annotated[UUID | None, typer.Argument()] = None, *, home: HomeOption = DEFAULT_HOME
) -> None:
    """Try again to deliver one event, or all that were given up."""
    with _databases(Home(home)) as urls:
        print(f"{asyncio.run(outboxes.resend(urls['owner'], event))} to be sent again")


@calendar.command("import")
def import_calendar(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    *,
    publish: Annotated[
        bool,
        typer.Option("--publish/--preview", help="Publish, or only show which clocks would move."),
    ] = False,
    reason: Annotated[
        str | None, typer.Option(help="Why it is published; the file's source by default.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Bring in a year's notice of holidays; running clocks follow within a job's period."""
    # They bring a service's models: not for commands that do without.
    from ops import calendars  # noqa: PLC0415
    from shared.errors import AppError  # noqa: PLC0415

    with _databases(Home(home)) as urls:
        work = (
            calendars.publish(urls["regions"], file, reason=reason)
            if publish
            else calendars.preview(urls, file)
        )
        try:
            for line in asyncio.run(work):
                print(line)
        except AppError as error:
            raise OperatorError(str(error)) from None


@draw.command("verify")
def verify_draw(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
) -> None:
    """Draw again from the file of a draw; fails unless everything in it follows from it.

    That it is the draw that took place is told by its hashes: compare them with those published.
    """
    # It brings a service's rules: not for commands that do without.
    from services.tasks.draws.domain.record import verify  # noqa: PLC0415

    found = verify(file.read_bytes())
    if found is None:
        raise OperatorError(f"{file.name}: this is not what was drawn")
    for name in ("nonce_hash", "snapshot_hash", "result_hash"):
        print(f"{name}  {found[name]}")
    print(f"{len(found['drawn'])} drawn of {len(found['snapshot']['pool'])}: yes")


@app.command("open-account")
def open_account(
    login: str,
    *,
    division: Annotated[str, typer.Option(help="GB/T 2260 code, e.g. 330000.")],
    role: Annotated[str, typer.Option()] = "security_administrator",
    name: Annotated[str | None, typer.Option(help="Shown to others; the login by default.")] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Open an account with one role and show its password once: the way in for the first."""
    # They bring a service's models: not for commands that do without.
    from ops import accounts  # noqa: PLC0415
    from shared.auth.actor import Role  # noqa: PLC0415
    from shared.errors import AppError  # noqa: PLC0415

    if role not in set(Role):
        raise typer.BadParameter(f"{role!r} is not one of {', '.join(Role)}")
    with _databases(Home(home)) as urls:
        opening = accounts.open_account(
            urls["identity"], login=login, name=name or login, role=Role(role), division=division
        )
        try:
            password = asyncio.run(opening)
        except AppError as error:
            raise OperatorError(str(error)) from None
    print(f"{login}  {password}  (shown this once)")


def main() -> None:
    """The command; what an operator can put right is said without a traceback."""
    try:
        app()
    except OperatorError as error:
        print(f"liandong: {error}", file=sys.stderr)
        sys.exit(1)


def _business_time(start: str | None, *, simulated: bool) -> datetime | None:
    if start is None:
        return datetime.now(UTC) if simulated else None
    try:
        instant = datetime.fromisoformat(start)
    except ValueError:
        raise typer.BadParameter(f"{start!r} is not RFC 3339") from None
    if instant.utcoffset() is None:
        raise typer.BadParameter(f"{start!r} has no offset from UTC")
    return instant


@contextmanager
def _place(home: Path, *, ephemeral: bool) -> Iterator[tuple[Home, Server]]:
    if not ephemeral:
        with postgres.server(Home(home)) as server:
            yield Home(home), server
        return
    with homes.temporary() as place, postgres.embedded(place, durable=False) as server:
        yield place, server


@contextmanager
def _databases(home: Home) -> Iterator[Mapping[str, str]]:
    """The URLs of the stack that runs from this home, or of a server started for the block."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres.server(home))
        except locks.InUse:
            yield Ready.read(home.ready).databases
        else:
            yield urls_of(server.url, Secrets(home.secrets)).as_dict()
