"""Tasks: inspections across counties, from the request to the last closed problem."""

from typing import Any

from services.tasks.campaigns.endpoints import campaigns, groups, rounds, teams
from services.tasks.config import settings
from services.tasks.dispatch import endpoints as dispatch, handlers
from services.tasks.draws.endpoints import drawn, draws, library as draw_library
from services.tasks.draws.jobs import JOBS as DRAW_JOBS
from services.tasks.enterprise_files import endpoints as enterprise_files
from services.tasks.enterprises.domain.imports import LARGEST as LARGEST_LIST
from services.tasks.enterprises.endpoints import enterprises, imports, positive_lists, visits
from services.tasks.enterprises.jobs import JOBS, LONG_JOBS
from services.tasks.evidence.domain import LARGEST
from services.tasks.evidence.endpoints import evidence, uploads
from services.tasks.evidence.jobs import JOBS as EVIDENCE_JOBS
from services.tasks.evidence.use_cases.store import EvidenceStore
from services.tasks.inspections.endpoints import forms, inspections, recorders, special
from services.tasks.leads import handlers as lead_handlers
from services.tasks.leads.endpoints import leads, surveys
from services.tasks.orders.domain import LARGEST as LARGEST_ORDER
from services.tasks.orders.endpoints import draws as draw_orders, leads as lead_orders, orders
from services.tasks.orders.jobs import LONG_JOBS as ORDER_JOBS
from services.tasks.problems.endpoints import (
    completion,
    files,
    five_steps,
    lists,
    look_backs,
    problems,
)
from services.tasks.problems.jobs import JOBS as PROBLEM_JOBS
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
            *dispatch.ROUTERS,
            draw_library.router,
            draws.router,
            drawn.router,
            leads.router,
            surveys.router,
            completion.router,
            campaigns.router,
            rounds.router,
            teams.router,
            groups.router,
            orders.router,
            draw_orders.router,
            lead_orders.router,
            enterprises.router,
            enterprise_files.router,
            positive_lists.router,
            visits.router,
            imports.router,
            evidence.router,
            uploads.router,
            # Before the inspections themselves: what has a name is no key.
            special.router,
            recorders.router,
            inspections.router,
            lists.router,
            forms.router,
            problems.router,
            files.router,
            five_steps.router,
            look_backs.router,
        ],
        handlers={
            **reference.HANDLERS,
            **SUCCESSION_HANDLERS,
            **handlers.HANDLERS,
            **lead_handlers.HANDLERS,
        },
        jobs=(*JOBS, *DRAW_JOBS, *EVIDENCE_JOBS, *PROBLEM_JOBS),
        long_jobs=(*LONG_JOBS, *ORDER_JOBS),
        open_work=OPEN_WORK,
        clock_listeners=handlers.CLOCK_LISTENERS,
        extras=_extras,
        bounds=Bounds(
            body_of={
                f"{API}/evidence": LARGEST,
                f"{API}/task-orders": LARGEST_ORDER,
                f"{API}/tasks-imports": LARGEST_LIST,
            }
        ),
    )
)
