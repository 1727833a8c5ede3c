"""The processes of the suite: what they are called and in which order they start."""

from typing import Final

GATEWAY: Final = "gateway"
# Identity first: the others fetch its keys; the last one depends on all before it.
SERVICES: Final = ("identity", "regions", "tasks", "petitions")
PROCESSES: Final = (*SERVICES, GATEWAY)
