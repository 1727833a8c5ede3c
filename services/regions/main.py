"""The regions service: territory, calendar, bureaus and people, and what bureaus do together."""

from services.regions.activations.endpoints import activations, protocols
from services.regions.activations.jobs import JOBS as ACTIVATION_JOBS
from services.regions.agreements import endpoints as agreements
from services.regions.agreements.jobs import JOBS as AGREEMENT_JOBS
from services.regions.bureaus import endpoints as bureaus
from services.regions.calendars import endpoints as calendars
from services.regions.config import settings
from services.regions.divisions import endpoints as divisions
from services.regions.groups.jobs import JOBS as GROUP_JOBS
from services.regions.officers import endpoints as officers
from services.regions.operations import endpoints as operations
from services.regions.operations.handlers import HANDLERS
from services.regions.plans import endpoints as plans
from services.regions.plans.jobs import JOBS as PLAN_JOBS
from shared.service import Service, create_service_app

app = create_service_app(
    Service(
        name="regions",
        title="联动 · 区域与联合行动",
        settings=settings,
        routers=[
            divisions.router,
            calendars.router,
            bureaus.router,
            officers.router,
            agreements.router,
            plans.router,
            operations.router,
            protocols.router,
            activations.called,
            activations.router,
        ],
        handlers=HANDLERS,
        jobs=(
            *AGREEMENT_JOBS,
            *PLAN_JOBS,
            *GROUP_JOBS,
            *ACTIVATION_JOBS,
        ),
        needs_references=False,  # it is the one that publishes them
    )
)
