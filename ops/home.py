"""Where a stack keeps what is its own: data, secrets, logs."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one stack, `.local` in the checkout unless the operator names another."""

    root: Path

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    def log(self, process: str) -> Path:
        """The log file of a process; its folder is made on the way."""
        self.logs.mkdir(parents=True, exist_ok=True)
        return self.logs / f"{process}.log"
