"""Temporary homes, locks, and where a server of another account may live."""

import os
from pathlib import Path

import pytest

from ops import home, locks
from ops.postgres import free_ports, reachable


def test_a_temporary_home_goes_with_its_block() -> None:
    with home.temporary() as place:
        place.log("gateway").write_text("x")
        assert place.root.stat().st_mode & 0o777 == 0o711
    assert not place.root.exists()


def test_homes_of_killed_processes_are_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name, age in (("old", 7200), ("new", 0), ("held", 7200)):
        lock = tmp_path / f"liandong-{name}" / "postgres.lock"
        lock.parent.mkdir()
        lock.touch()
        os.utime(lock, (lock.stat().st_mtime - age,) * 2)

    with locks.shared(tmp_path / "liandong-held" / "postgres.lock"), home.temporary():
        left = {path.name for path in tmp_path.iterdir()}

    assert {"liandong-new", "liandong-held"} < left
    assert "liandong-old" not in left


def test_a_home_has_one_stack(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with (
        locks.exclusive(lock),
        pytest.raises(locks.InUse, match=str(os.getpid())),
        locks.exclusive(lock),
    ):
        pass
    with locks.exclusive(lock):
        pass


def test_a_closed_folder_above_makes_a_home_unreachable(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "home"
    inner.mkdir(parents=True)
    for folder in (inner, *inner.parents[:-1]):
        if folder.is_relative_to(tmp_path):
            folder.chmod(0o711)
    open_above = reachable(tmp_path)

    assert reachable(inner) == open_above
    inner.parent.chmod(0o700)
    assert not reachable(inner)


def test_free_ports_differ() -> None:
    assert len(set(free_ports(20))) == 20
