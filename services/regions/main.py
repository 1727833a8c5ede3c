"""The regions service: territory, calendar, bureaus and people, joint operations."""

from services.regions.bureaus import endpoints as bureaus
from services.regions.calendars import endpoints as calendars
from services.regions.config import settings
from services.regions.divisions import endpoints as divisions
from services.regions.officers import endpoints as officers
from services.regions.operations import endpoints as operations
from services.regions.operations.handlers import HANDLERS
from services.regions.succession import endpoints as succession
from services.regions.succession.jobs import JOBS as SUCCESSION_JOBS
from services.regions.tables import OPEN_WORK
from shared.service import Service, create_service_app

app = create_service_app(
    Service(
        name="regions",
        title="联动 · 区域与联合行动",
        settings=settings,
        routers=[
            each.router
            for each in (divisions, succession, calendars, bureaus, officers, operations)
        ],
        handlers=HANDLERS,
        jobs=SUCCESSION_JOBS,
        open_work=OPEN_WORK,
        needs_references=False,  # it is the one that publishes them
    )
)
