"""Which service answers for which path (DESIGN section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

API: Final = b"/api/v1/"

IDENTITY: Final = "identity"
COLLECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    IDENTITY: ("accounts", "grants", "clients", "sessions"),
    "regions": (
        "divisions",
        "divisions:locate",
        "divisions:common-superior",
        "division-changes",
        "borders",
        "border-notices",
        "calendars",
        "calendars:preview",
        "legal-bases",
        "deadlines:compute",
        "bureaus",
        "officers",
        "equipment",
        "experts",
        "help-teams",
        "environmental-supervisors",
        "agreements",
        "plans",
        "meetings",
        "groups",
        "groups:propose",
        "groups:check",
        "operations",
        "assistance-requests",
        "handovers",
        "jurisdiction-disputes",
        "activations",
        "emergency-protocols",
        "cooperation-figures",
        "rotas",
        "duty-rosters",
        "incidents",
        "grid-plans",
        "grid-cells",
        "consultations",
        "unit-audits",
        "staff-exchanges",
        "trainings",
        "honours",
        "file-reviews",
        "assessments",
        "assessment-schemes",
    ),
    "tasks": (
        "enterprises",
        "enterprise-visits",
        "enterprise-visits:report",
        "enterprise-visits:ledger",
        "enterprise-visits:statistics",
        "positive-lists",
        "campaigns",
        "campaign-rounds",
        "campaign-teams",
        "campaign-groups",
        "leads",
        "leads:batch",
        "leads:statistics",
        "air-analyses",
        "survey-requests",
        "draw-items",
        "draw-grounds",
        "draw-plans",
        "draws",
        "drawn-objects",
        "draw-follow-ups",
        "teams",
        "tasks",
        "task-orders",
        "inspections",
        "inspections:by-code",
        "inspections:figures",
        "inspections:recorder-coverage",
        "evidence",
        "evidence-uploads",
        "problems",
        "problems:listed",
        "problems:figures",
        "problems:tell",
        "problems:name-offices",
        "problems:publicise",
        "problems:credit-feed",
        "look-backs",
        "service-demands",
        "cases",
        "post-supervisions",
        "help-visits",
        "integrity-sheets",
        "task-statistics",
    ),
    "petitions": (
        "petitions",
        "petition-drafts",
        "petition-settings",
        "handling-profiles",
        "repeats",
        "callbacks",
        "reviews",
        "supervision-orders",
        "spot-checks",
        "spot-check-samples",
        "inspection-letters",
        "escalations",
        "working-groups",
        "reports",
        "petition-statistics",
    ),
}
# What more than one service has, hence by the service's name: /api/v1/petitions-exports.
EXPORTS: Final = "exports"
PREFIXED: Final = ("imports", EXPORTS, "changes", "webhooks")
SERVICES: Final = tuple(COLLECTIONS)


@dataclass(frozen=True, slots=True)
class Route:
    """`path` is the pattern for the log; `public`: the service itself asks for what it needs.

    `whole`: a file that is made whole before its first byte can be sent, so that it takes its time.
    """

    path: str
    service: str
    public: bool = False
    whole: bool = False


def _collections() -> dict[bytes, Route]:
    return {
        name.encode(): Route(f"/api/v1/{name}", service, whole=name.endswith(f"-{EXPORTS}"))
        for service, own in COLLECTIONS.items()
        for name in (*own, *(f"{service}-{name}" for name in PREFIXED))
    }


# A citizen follows a case by its number and a one-time code, without an account.
PUBLIC: Final[Mapping[bytes, Route]] = {
    b"petition-status": Route("/api/v1/petition-status", "petitions", public=True)
}
BY_COLLECTION: Final[Mapping[bytes, Route]] = {**_collections(), **PUBLIC}
BY_ROOT: Final[Mapping[bytes, Route]] = {
    root.encode(): Route(f"/{root}", IDENTITY, public=True) for root in ("oauth", ".well-known")
}


def route_of(raw_path: bytes) -> Route | None:
    """The route of a path as it came over the wire: an encoded collection is none of ours."""
    if raw_path.startswith(API):
        return BY_COLLECTION.get(raw_path[len(API) :].partition(b"/")[0])
    return BY_ROOT.get(raw_path[1:].partition(b"/")[0])
