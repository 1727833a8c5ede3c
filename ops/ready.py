"""What a running stack says about itself, to people and to programs."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ops.files import write_private


@dataclass(frozen=True, slots=True)
class Ready:
    """Where everything is. The database URLs contain passwords: the file is private."""

    gateway: str
    services: Mapping[str, str]
    pids: Mapping[str, int]
    logs: Mapping[str, str]
    databases: Mapping[str, str]
    principals: str | None

    def write(self, path: Path) -> None:
        write_private(path, json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, path: Path) -> "Ready":
        return cls(**json.loads(path.read_text(encoding="utf-8")))
