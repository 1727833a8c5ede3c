"""Keys and passwords of a stack: made on first use, one file each, never defaulted."""

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ops.errors import OperatorError
from ops.services import PROCESSES, SERVICES

MINIMUM_LENGTH: Final = 16
MINIMUM_VARIETY: Final = 8  # distinct characters; "aaaa...", "12341234..." have fewer
KNOWN: Final = frozenset(
    {"changemechangeme", "change-me-please", "passwordpassword", "secretsecretsecret"}
)

KEY_ENCRYPTION: Final = "identity-key-encryption"
VAULT: Final = "petitions-vault"
VAULT_LOOKUP: Final = "petitions-vault-lookup"


class BadSecret(OperatorError):
    """A secret that must not be used: `make` would rather stop than run with it."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} {reason}")


def database_password(role: str) -> str:
    """The name of the password of `liandong_<role>`."""
    return f"database-{role}"


def client_secret(client: str) -> str:
    """The name of the secret by which a process proves itself to identity."""
    return f"client-{client}"


def cursor_key(service: str) -> str:
    """The name of the key that signs a service's list cursors."""
    return f"cursor-{service}"


NAMES: Final = frozenset(
    {
        KEY_ENCRYPTION,
        VAULT,
        VAULT_LOOKUP,
        *(database_password(role) for role in ("admin", "owner", *SERVICES)),
        *(client_secret(process) for process in PROCESSES),
        *(cursor_key(service) for service in SERVICES),
    }
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """A folder of mode 700 with one file of mode 600 a secret.

    A generated secret is 32 random bytes in base64url without padding. An operator may put files
    of the same names there before the first start.
    """

    directory: Path

    def read(self, name: str) -> str:
        """The secret, generated if nobody made it yet; BadSecret if it is not fit for use."""
        if name not in NAMES:
            raise KeyError(name)
        self._own_directory()
        path = self.directory / name
        if not path.exists():
            _generate(path)
        value = path.read_text(encoding="utf-8").strip()
        _require_private(path)
        _require_strong(path, value)
        return value

    def generate(self, names: Iterable[str] = NAMES) -> None:
        """Make what is missing and refuse what is weak, all at once rather than on first use."""
        for name in sorted(names):
            self.read(name)

    def clients(self) -> dict[str, str]:
        """By which secret identity knows each of the suite's own processes."""
        others = (process for process in PROCESSES if process != "identity")
        return {process: self.read(client_secret(process)) for process in others}

    def _own_directory(self) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_private(self.directory)


def _generate(path: Path) -> None:
    """Two starts at once agree on one value: the first to link its file wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(32), encoding="ascii")
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _require_private(path: Path) -> None:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise BadSecret(path, f"is open to others (mode {mode:o}): chmod go= {path}")


def _require_strong(path: Path, value: str) -> None:
    if len(value) < MINIMUM_LENGTH:
        raise BadSecret(path, f"is shorter than {MINIMUM_LENGTH} characters")
    if value.lower() in KNOWN or len(set(value)) < MINIMUM_VARIETY:
        raise BadSecret(path, "is known or can be guessed")
