"""The logins of the demo realm, as `liandong seed` writes them down for those who try it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ops.files import write_private


@dataclass(frozen=True, slots=True)
class Login:
    """One account with one grant. The password was generated for this realm."""

    login: str
    password: str
    name: str
    role: str
    division: str


@dataclass(frozen=True, slots=True)
class Platform:
    """One outside system and its client secret."""

    client_id: str
    client_secret: str
    name: str
    division: str


@dataclass(frozen=True, slots=True)
class Principals:
    accounts: Sequence[Login]
    clients: Sequence[Platform]


def write(path: Path, principals: Principals) -> None:
    write_private(path, json.dumps(asdict(principals), ensure_ascii=False, indent=1))


def read(path: Path) -> Principals:
    data = json.loads(path.read_text(encoding="utf-8"))
    return Principals(
        accounts=[Login(**account) for account in data["accounts"]],
        clients=[Platform(**client) for client in data["clients"]],
    )
