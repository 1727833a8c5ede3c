"""The private server: survives kills, leaves nothing behind when it should not."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator

import asyncpg
import pytest

from ops import binaries, home, locks, postgres
from ops.environment import ROOT
from ops.home import Home


@pytest.fixture
def place() -> Iterator[Home]:
    with home.temporary() as made:
        yield made
        if made.postgres.is_symlink():
            shutil.rmtree(made.postgres.resolve())


async def ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_text_beyond_ascii_works_whatever_the_environment_says(
    place: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    with postgres.embedded(place, durable=False) as server:
        assert await ask(server.url, "SELECT lower('Ä')") == "ä"
        assert await ask(server.url, "SELECT '中文abc' ~ '^\\w+$'") is True


async def test_it_asks_for_a_password_and_listens_on_loopback_only(place: Home) -> None:
    with postgres.embedded(place, durable=False) as server:
        assert await ask(server.url, "SHOW listen_addresses") == "127.0.0.1"
        assert await ask(server.url, "SHOW unix_socket_directories") == ""
        port = server.url.rpartition(":")[2]
        with pytest.raises(asyncpg.InvalidPasswordError):
            await ask(f"postgresql://postgres:guess@127.0.0.1:{port}", "SELECT 1")


async def test_durable_data_is_there_after_a_restart(place: Home) -> None:
    with postgres.embedded(place) as server:
        assert await ask(server.url, "SHOW fsync") == "on"
        await ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    with postgres.embedded(place) as server:
        assert await ask(server.url, "SELECT answer FROM kept") == 42


def test_data_that_need_not_last_is_removed(place: Home) -> None:
    with postgres.embedded(place, durable=False):
        folder = place.postgres.resolve()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()
    assert not place.postgres.exists()


def test_a_home_is_not_served_twice(place: Home) -> None:
    with (
        postgres.embedded(place, durable=False),
        pytest.raises(locks.InUse),
        postgres.embedded(place, durable=False),
    ):
        pass


def test_an_initdb_cut_off_half_way_is_done_again(place: Home) -> None:
    with postgres.embedded(place):
        [data] = place.postgres.resolve().glob("data*[0-9]")
    data.rename(data.with_name(f"{data.name}.new"))

    with postgres.embedded(place):
        assert data.exists()


PARENT = """
import sys, time
from pathlib import Path
from ops import postgres
from ops.home import Home
with postgres.embedded(Home(Path(sys.argv[1]))) as server:
    print(server.url, server.process_id, flush=True)
    time.sleep(600)
"""


async def test_a_killed_parent_takes_the_server_along_and_no_data(place: Home) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(place.root), cwd=ROOT, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    url, process_id = (await parent.stdout.readline()).decode().split()
    await ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")

    parent.kill()
    await parent.wait()

    # At once: the new start waits for the former server to be gone.
    with postgres.embedded(place) as server:
        assert await ask(server.url, "SELECT answer FROM kept") == 42
        assert postgres._process_state(int(process_id)) in {"", "Z"}


async def test_a_start_after_everything_was_killed_at_once(place: Home) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(place.root), cwd=ROOT, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    url, process_id = (await parent.stdout.readline()).decode().split()
    await ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")

    # Where nobody reaps orphans, the server stays in the process table, dead.
    parent.send_signal(signal.SIGSTOP)
    os.kill(int(process_id), signal.SIGKILL)
    parent.kill()
    await parent.wait()

    with postgres.embedded(place) as server:
        assert await ask(server.url, "SELECT answer FROM kept") == 42


async def test_a_killed_server_starts_again_with_what_was_committed(place: Home) -> None:
    with postgres.embedded(place) as server:
        await ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
        assert server.process_id is not None
        os.kill(server.process_id, signal.SIGKILL)
        await asyncio.sleep(0.2)
    with postgres.embedded(place) as server:
        assert await ask(server.url, "SELECT answer FROM kept") == 42


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone needs another account")
async def test_root_may_keep_its_home_closed(place: Home) -> None:
    place.root.chmod(0o700)
    with postgres.embedded(place, durable=False) as server:
        assert place.postgres.is_symlink()
        folder = place.postgres.resolve()
        assert await ask(server.url, "SELECT 1") == 1
    assert stat.S_IMODE(place.root.stat().st_mode) == 0o700
    assert not folder.exists()
    assert not place.postgres.is_symlink()


@pytest.mark.skipif(binaries.debian() is None, reason="no PostgreSQL of the distribution")
async def test_the_distributions_server_will_do(
    place: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "wheel", lambda: None)
    with postgres.embedded(place, durable=False) as server:
        assert int(str(await ask(server.url, "SHOW server_version_num"))) >= 150000


def test_without_any_server_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "wheel", lambda: None)
    monkeypatch.setattr(binaries, "debian", lambda: None)
    with pytest.raises(binaries.NoPostgres, match="DATABASE_URL"), binaries.usable(None):
        pass


def test_the_server_named_by_the_operator_wins(
    place: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/postgres")
    with postgres.server(place) as server:
        assert server == postgres.Server("postgresql://elsewhere/postgres")
    assert not place.postgres.exists()


def test_starting_takes_seconds_at_most(place: Home) -> None:
    began = time.monotonic()
    with postgres.embedded(place, durable=False):
        assert time.monotonic() - began < postgres.START_SECONDS
