"""URLs of roles are made from the administrator's, whatever form it has."""

from pathlib import Path

import pytest

from ops.bootstrap import databases
from ops.secrets import Secrets, database_password


@pytest.mark.parametrize(
    ("admin", "expected"),
    [
        ("postgresql://a:b@h:1/postgres", "postgresql://liandong_tasks:{}@h:1/liandong"),
        ("postgresql://h/postgres", "postgresql://liandong_tasks:{}@h/liandong"),
        (
            "postgresql://a:b@h1:1,h2:2/x?target_session_attrs=read-write",
            "postgresql://liandong_tasks:{}@h1:1,h2:2/liandong?target_session_attrs=read-write",
        ),
    ],
)
def test_a_service_url_keeps_hosts_and_options(admin: str, expected: str, tmp_path: Path) -> None:
    keys = Secrets(tmp_path / "secrets")

    url = databases(admin, keys).url("tasks")

    assert url == expected.format(keys.read(database_password("tasks")))


def test_a_password_of_any_characters_fits_into_a_url(tmp_path: Path) -> None:
    keys = Secrets(tmp_path / "secrets")
    keys.read(database_password("tasks"))
    (keys.directory / database_password("tasks")).write_text("p@ss:w/rd?#%25 abc")

    url = databases("postgresql://h/x", keys).url("tasks")

    assert url == "postgresql://liandong_tasks:p%40ss%3Aw%2Frd%3F%23%2525%20abc@h/liandong"
