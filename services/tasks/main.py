"""Tasks: inspections across counties, from the request to the last closed problem."""

from typing import Any

from services.tasks.config import settings
from services.tasks.dispatch import endpoints as dispatch, handlers
from services.tasks.enterprise_files import endpoints as enterprise_files
from services.tasks.enterprises.domain.imports import LARGEST as LARGEST_LIST
from services.tasks.enterprises.endpoints import enterprises, imports, positive_lists, visits
from services.tasks.enterprises.jobs import JOBS, LONG_JOBS
from services.tasks.evidence.domain import LARGEST
from services.tasks.evidence.endpoints import evidence, uploads
from services.tasks.evidence.jobs import JOBS as EVIDENCE_JOBS
from services.tasks.evidence.use_cases.store import EvidenceStore
from services.tasks.inspections import endpoints as inspections
from services.tasks.problems.endpoints import completion, problems
from services.tasks.tables import OPEN_WORK
from shared import reference
from shared.db.session import Database
from shared.http.limits import Bounds
from shared.service import API, Service, create_service_app
from shared.settings import ServiceSettings
from shared.succession.rows import HANDLERS as SUCCESSION_HANDLERS


async def _extras(_: ServiceSettings, __: Database) -> dict[str, Any]:
    return {"evidence_store": EvidenceStore(settings().evidence_dir)}


app = create_service_app(
    Service(
        name="tasks",
        title="Tasks",
        settings=settings,
        routers=[
            dispatch.router,
            completion.router,
            enterprises.router,
            enterprise_files.router,
            positive_lists.router,
            visits.router,
            imports.router,
            evidence.router,
            uploads.router,
            inspections.router,
            problems.router,
        ],
        handlers={**reference.HANDLERS, **SUCCESSION_HANDLERS, **handlers.HANDLERS},
        jobs=(*JOBS, *EVIDENCE_JOBS),
        long_jobs=LONG_JOBS,
        open_work=OPEN_WORK,
        extras=_extras,
        bounds=Bounds(body_of={f"{API}/evidence": LARGEST, f"{API}/tasks-imports": LARGEST_LIST}),
    )
)
