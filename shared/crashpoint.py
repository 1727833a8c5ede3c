"""Places where a test may kill the process, to prove that nothing is lost or done twice."""

import os

from shared.settings import Environment, faults


def crashpoint(name: str) -> None:
    """Die here as by SIGKILL if a test stack asked for it; otherwise nothing."""
    settings = faults()
    if settings.environment is Environment.TEST and settings.crashpoint == name:
        os._exit(137)
