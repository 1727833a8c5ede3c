"""What time settles in handling."""

from typing import Final

from services.petitions.handling.use_cases.asking import give_up_one
from services.petitions.handling.use_cases.parts import close_one
from services.petitions.handling.use_cases.routing import deem_competent
from shared.jobs import Job

JOBS: Final = (
    Job("handling.deem_competent", deem_competent),
    Job("handling.close_parts", close_one),
    Job("handling.no_supplement", give_up_one),
)
