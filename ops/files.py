"""Files that hold secrets, or that others wait for."""

import os
import secrets
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write `path` with mode 600; a reader sees the old file or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
