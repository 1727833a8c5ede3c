"""Settings of the tasks service."""

from functools import cache
from pathlib import Path

from shared.settings import ServiceSettings


class TasksSettings(ServiceSettings):
    # Where evidence files lie, by their hash; one place for all copies of the service.
    evidence_dir: Path


@cache
def settings() -> TasksSettings:
    return TasksSettings()
