"""What time ends: rights to ask that nobody used."""

from typing import Final

from services.petitions.reviews.use_cases.asking import lapse
from shared.jobs import Job

JOBS: Final = (Job("reviews.lapse", lapse),)
