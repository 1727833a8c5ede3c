"""Days that pass: agreements come into force, near their end, expire or end by notice."""

from typing import Final

from services.regions.agreements.use_cases.living import advance
from shared.jobs import Job

JOBS: Final = (Job("agreements.advance", advance),)
