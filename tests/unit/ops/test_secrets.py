"""Generated secrets, and secrets that must not be used."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ops.secrets import KEY_ENCRYPTION, NAMES, VAULT, BadSecret, Secrets


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return Secrets(tmp_path / "secrets")


def put(secrets: Secrets, value: str, *, mode: int = 0o600) -> None:
    secrets.directory.mkdir(mode=0o700, exist_ok=True)
    path = secrets.directory / VAULT
    path.write_text(value)
    path.chmod(mode)


def test_a_secret_is_made_once_and_stays(secrets: Secrets) -> None:
    assert secrets.read(VAULT) == secrets.read(VAULT)
    assert len(secrets.read(VAULT)) == 43
    assert secrets.read(VAULT) != secrets.read(KEY_ENCRYPTION)


def test_everything_is_private_whatever_the_umask(secrets: Secrets) -> None:
    secrets.generate()

    assert {path.name for path in secrets.directory.iterdir()} == set(NAMES)
    assert {path.stat().st_mode & 0o777 for path in secrets.directory.iterdir()} == {0o600}
    assert secrets.directory.stat().st_mode & 0o777 == 0o700


def test_two_starts_at_once_agree(secrets: Secrets) -> None:
    with ThreadPoolExecutor(16) as threads:
        assert len(set(threads.map(secrets.read, [VAULT] * 64))) == 1


def test_the_operators_own_secret_is_used(secrets: Secrets) -> None:
    put(secrets, "correct horse battery staple\n")

    assert secrets.read(VAULT) == "correct horse battery staple"


@pytest.mark.parametrize(
    ("value", "mode", "reason"),
    [
        ("short", 0o600, "shorter"),
        ("", 0o600, "shorter"),
        ("ChangeMeChangeMe", 0o600, "guessed"),
        ("abababababababababababab", 0o600, "guessed"),
        ("correct horse battery staple", 0o604, "open to others"),
        ("correct horse battery staple", 0o640, "open to others"),
    ],
)
def test_an_unfit_secret_stops_the_start(
    secrets: Secrets, value: str, mode: int, reason: str
) -> None:
    put(secrets, value, mode=mode)

    with pytest.raises(BadSecret, match=reason):
        secrets.generate()


def test_an_open_folder_stops_the_start(secrets: Secrets) -> None:
    secrets.directory.mkdir(mode=0o755)

    with pytest.raises(BadSecret, match="open to others"):
        secrets.read(VAULT)


def test_an_unknown_name_is_a_mistake_in_the_code(secrets: Secrets) -> None:
    with pytest.raises(KeyError):
        secrets.read("../database-owner")
