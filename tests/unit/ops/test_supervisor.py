"""What happens to the others when one ends, or when the supervisor does."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ops.environment import ROOT
from ops.supervisor import Ended, Program, supervise

FOREVER = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {FOREVER}"

Make = Callable[..., Program]


@pytest.fixture
def program(tmp_path: Path) -> Make:
    def make(name: str, code: str) -> Program:
        log = tmp_path / f"{name}.log"
        return Program(name, (sys.executable, "-c", code), {"WHO": name}, tmp_path, log)

    return make


class Started:
    """Remembers the process ids; optionally does something once all are started."""

    def __init__(self, then: Callable[[Mapping[str, int]], None] = lambda _: None) -> None:
        self.process_ids: Mapping[str, int] = {}
        self._then = then

    async def __call__(self, process_ids: Mapping[str, int]) -> None:
        self.process_ids = process_ids
        await asyncio.sleep(0.3)  # interpreters take their time
        self._then(process_ids)


def alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rsplit(")")[1].split()
    except FileNotFoundError:
        return False
    return state[0] != "Z"


async def test_when_one_ends_the_rest_is_stopped(program: Make) -> None:
    started = Started()
    programs = [program("stays", FOREVER), program("goes", "import time; time.sleep(.5)")]

    with pytest.raises(Ended) as ended:
        await supervise(programs, when_started=started, echo=False)

    assert ended.value.names == ("goes",)
    assert not any(map(alive, started.process_ids.values()))


async def test_a_signal_lets_all_say_goodbye(program: Make, tmp_path: Path) -> None:
    note = (
        "import signal, sys, time; from pathlib import Path\n"
        f"def bye(*_): Path({str(tmp_path / 'notes')!r}).open('a').write(NAME); sys.exit()\n"
        "signal.signal(signal.SIGTERM, bye); time.sleep(600)"
    )
    programs = [program(name, f"NAME = {name!r}\n{note}") for name in "ab"]
    started = Started(then=lambda _: os.kill(os.getpid(), signal.SIGTERM))

    await supervise(programs, when_started=started, echo=False)

    assert sorted((tmp_path / "notes").read_text()) == ["a", "b"]
    assert not any(map(alive, started.process_ids.values()))


async def test_who_does_not_listen_is_killed_after_the_grace(program: Make) -> None:
    started = Started(then=lambda _: os.kill(os.getpid(), signal.SIGINT))
    began = time.monotonic()

    await supervise([program("deaf", STUBBORN)], when_started=started, echo=False, grace=0.2)

    assert time.monotonic() - began < 5
    assert not any(map(alive, started.process_ids.values()))


async def test_a_failure_to_become_ready_stops_everything(program: Make) -> None:
    def fail(_: Mapping[str, int]) -> None:
        raise LookupError

    started = Started(then=fail)

    with pytest.raises(LookupError):
        await supervise([program("idle", FOREVER)], when_started=started, echo=False)

    assert not any(map(alive, started.process_ids.values()))


async def test_a_watched_process_counts_as_one_of_them(program: Make) -> None:
    code = "import time; time.sleep(.5)"
    watched = await asyncio.create_subprocess_exec(sys.executable, "-c", code)

    with pytest.raises(Ended, match="database"):
        await supervise(
            [program("idle", FOREVER)],
            when_started=Started(),
            watch={"database": watched.pid},
            echo=False,
        )

    await watched.wait()


async def test_output_goes_to_the_log_and_named_to_the_console(
    program: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    speaks = program("speaks", "import os; print(os.environ['WHO']); print('x' * 200_000)")

    with pytest.raises(Ended):
        await supervise([speaks], when_started=Started())

    assert speaks.log.read_text().split() == ["speaks", "x" * 200_000]
    assert "speaks | speaks\n" in capsys.readouterr().out


async def test_a_program_sees_nothing_of_our_environment(
    program: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    curious = program("curious", "import os; print(os.environ.get('DATABASE_URL'))")

    with pytest.raises(Ended):
        await supervise([curious], when_started=Started(), echo=False)

    assert curious.log.read_text() == "None\n"


PARENT = """
import asyncio, sys
from pathlib import Path
from ops.supervisor import Program, supervise
folder = Path(sys.argv[1])
command = (sys.executable, "-c", "import time; time.sleep(600)")
programs = [Program(name, command, {}, folder, folder / name) for name in "abc"]
async def tell(process_ids):
    print(*process_ids.values(), flush=True)
asyncio.run(supervise(programs, when_started=tell, echo=False))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
def test_a_killed_supervisor_leaves_no_orphans(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    children = [int(word) for word in parent.stdout.readline().split()]
    assert len(children) == 3
    assert all(map(alive, children))

    parent.kill()
    parent.communicate()

    end = time.monotonic() + 5
    while any(map(alive, children)) and time.monotonic() < end:
        time.sleep(0.02)
    assert not any(map(alive, children))
