"""The regions service: territory, calendar, bureaus and people, and what bureaus do together."""

from services.regions.activations.endpoints import activations, protocols
from services.regions.activations.handlers import CLOCK_LISTENERS as ACTIVATION_CLOCKS
from services.regions.activations.jobs import JOBS as ACTIVATION_JOBS
from services.regions.agreements import endpoints as agreements
from services.regions.agreements.handlers import CLOCK_LISTENERS as AGREEMENT_CLOCKS
from services.regions.agreements.jobs import JOBS as AGREEMENT_JOBS
from services.regions.assessment.endpoints import ROUTERS as ASSESSMENTS
from services.regions.assessment.handlers import CLOCK_LISTENERS as ASSESSMENT_CLOCKS
from services.regions.assistance.endpoints import handovers, requests as assistance_requests
from services.regions.assistance.jobs import JOBS as ASSISTANCE_JOBS
from services.regions.bureaus import endpoints as bureaus
from services.regions.calendars import endpoints as calendars
from services.regions.config import settings
from services.regions.consultations import endpoints as consultations
from services.regions.consultations.handlers import CLOCK_LISTENERS as CONSULTATION_CLOCKS
from services.regions.disputes import endpoints as disputes
from services.regions.disputes.jobs import JOBS as DISPUTE_JOBS
from services.regions.divisions import endpoints as divisions
from services.regions.duty.endpoints import ROUTERS as DUTY
from services.regions.duty.jobs import JOBS as DUTY_JOBS
from services.regions.exchanges.endpoints import ROUTERS as EXCHANGES
from services.regions.exchanges.jobs import JOBS as EXCHANGE_JOBS
from services.regions.file_reviews.endpoints import ROUTERS as FILE_REVIEWS
from services.regions.file_reviews.handlers import CLOCK_LISTENERS as FILE_REVIEW_CLOCKS
from services.regions.grid.endpoints import ROUTERS as GRID
from services.regions.groups import endpoints as groups
from services.regions.groups.handlers import CLOCK_LISTENERS as GROUP_CLOCKS
from services.regions.groups.jobs import JOBS as GROUP_JOBS
from services.regions.helpers.endpoints import ROUTERS as HELPERS
from services.regions.helpers.handlers import HANDLERS as HELPER_HANDLERS
from services.regions.meetings import endpoints as meetings
from services.regions.notices import endpoints as notices
from services.regions.officers.endpoints import ROUTERS as OFFICERS
from services.regions.operations import endpoints as operations
from services.regions.operations.handlers import HANDLERS
from services.regions.operations.jobs import JOBS as OPERATION_JOBS
from services.regions.overview import endpoints as overview
from services.regions.places import endpoints as places
from services.regions.plans import endpoints as plans
from services.regions.plans.handlers import CLOCK_LISTENERS as PLAN_CLOCKS
from services.regions.plans.jobs import JOBS as PLAN_JOBS
from services.regions.rota.endpoints import ROUTERS as ROTA
from services.regions.succession import endpoints as succession
from services.regions.succession.jobs import JOBS as SUCCESSION_JOBS
from services.regions.tables import OPEN_WORK
from services.regions.unit_audits import endpoints as unit_audits
from services.regions.unit_audits.handlers import CLOCK_LISTENERS as UNIT_AUDIT_CLOCKS
from shared.service import Service, create_service_app

app = create_service_app(
    Service(
        name="regions",
        title="联动 · 区域与联合行动",
        settings=settings,
        routers=[
            divisions.router,
            succession.router,
            places.router,
            calendars.router,
            bureaus.router,
            *OFFICERS,
            *HELPERS,
            notices.router,
            agreements.router,
            plans.router,
            meetings.schedule,
            meetings.router,
            assistance_requests.router,
            handovers.router,
            disputes.router,
            operations.router,
            groups.router,
            protocols.router,
            activations.router,
            *ASSESSMENTS,
            consultations.router,
            unit_audits.router,
            *EXCHANGES,
            *GRID,
            *FILE_REVIEWS,
            *ROTA,
            *DUTY,
            overview.router,
        ],
        handlers={**HANDLERS, **HELPER_HANDLERS},
        jobs=(
            *SUCCESSION_JOBS,
            *AGREEMENT_JOBS,
            *PLAN_JOBS,
            *GROUP_JOBS,
            *ASSISTANCE_JOBS,
            *DISPUTE_JOBS,
            *OPERATION_JOBS,
            *ACTIVATION_JOBS,
            *EXCHANGE_JOBS,
            *DUTY_JOBS,
        ),
        open_work=OPEN_WORK,
        clock_listeners=(
            *AGREEMENT_CLOCKS,
            *PLAN_CLOCKS,
            *GROUP_CLOCKS,
            *ACTIVATION_CLOCKS,
            *ASSESSMENT_CLOCKS,
            *CONSULTATION_CLOCKS,
            *UNIT_AUDIT_CLOCKS,
            *FILE_REVIEW_CLOCKS,
        ),
        needs_references=False,  # it is the one that publishes them
    )
)
