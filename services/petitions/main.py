"""The petitions service."""

from typing import Any, Final

from services.petitions.callbacks import endpoints as callbacks
from services.petitions.callbacks.handlers import CLOCK_LISTENERS
from services.petitions.callbacks.jobs import JOBS as CALLBACK_JOBS
from services.petitions.config import PetitionsSettings, settings, vault_keys
from services.petitions.exports import endpoints as exports
from services.petitions.follow import endpoints as follow
from services.petitions.follow.jobs import JOBS as FOLLOW_JOBS
from services.petitions.handling import endpoints as handling
from services.petitions.handling.jobs import JOBS as HANDLING_JOBS
from services.petitions.imports import endpoints as imports
from services.petitions.imports.domain.files import MOST_BYTES
from services.petitions.imports.jobs import LONG_JOBS
from services.petitions.intake import endpoints as intake
from services.petitions.intake.use_cases.follow_codes import FollowCodes
from services.petitions.letters import endpoints as letters
from services.petitions.letters.domain import LARGEST_BATCH
from services.petitions.oversight.endpoints import orders, spot_checks
from services.petitions.oversight.jobs import JOBS as OVERSIGHT_JOBS
from services.petitions.profiles import endpoints as profiles
from services.petitions.profiles.handlers import HANDLERS as PROFILE_HANDLERS
from services.petitions.repeats import endpoints as repeats
from services.petitions.reports import endpoints as reports
from services.petitions.reports.jobs import JOBS as REPORT_JOBS
from services.petitions.reviews import endpoints as reviews
from services.petitions.reviews.jobs import JOBS as REVIEW_JOBS
from services.petitions.statistics.endpoints import figures as statistics
from services.petitions.tables import OPEN_WORK
from services.petitions.through_train import endpoints as through_train
from services.petitions.through_train.handlers import HANDLERS
from shared import reference
from shared.db.session import Database
from shared.http.limits import Bounds
from shared.service import API, Service, create_service_app
from shared.settings import ServiceSettings


async def _vault_keys(loaded: ServiceSettings, _: Database) -> dict[str, Any]:
    assert isinstance(loaded, PetitionsSettings)  # noqa: S101 -- what `settings` returned
    keys = vault_keys(loaded)
    return {"vault_keys": keys, "follow_codes": FollowCodes.of(keys)}


app: Final = create_service_app(
    Service(
        name="petitions",
        title="Liandong petitions 信访",
        settings=settings,
        routers=[
            profiles.profiles,
            profiles.settings,
            intake.router,
            intake.drafts,
            *handling.ROUTERS,
            callbacks.router,
            callbacks.worklist,
            reviews.router,
            reviews.listed,
            orders.given,
            orders.router,
            spot_checks.checked,
            spot_checks.router,
            spot_checks.samples,
            repeats.router,
            through_train.router,
            through_train.groups,
            letters.router,
            reports.router,
            reports.loop,
            statistics.router,
            follow.router,
            exports.router,
            imports.router,
        ],
        handlers={**reference.HANDLERS, **PROFILE_HANDLERS, **HANDLERS},
        open_work=OPEN_WORK,
        jobs=(
            *HANDLING_JOBS,
            *CALLBACK_JOBS,
            *REPORT_JOBS,
            *REVIEW_JOBS,
            *OVERSIGHT_JOBS,
            *FOLLOW_JOBS,
        ),
        long_jobs=LONG_JOBS,
        clock_listeners=CLOCK_LISTENERS,
        extras=_vault_keys,
        bounds=Bounds(
            body_of={
                f"{API}/inspection-letters": LARGEST_BATCH,
                f"{API}/petitions-imports": MOST_BYTES,
            }
        ),
    )
)
