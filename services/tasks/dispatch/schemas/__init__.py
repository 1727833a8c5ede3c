"""Bodies of tasks and teams."""

from services.tasks.dispatch.schemas.tasks import (
    CandidateOut,
    DecisionIn,
    DispatchIn,
    ExtensionIn,
    ExtensionOut,
    HandOverIn,
    NameObjectIn,
    ReasonIn,
    ReassignIn,
    RecusalIn,
    RecusalOut,
    ReturnIn,
    RulingIn,
    TaskClockOut,
    TaskOut,
    TaskStepOut,
)
from services.tasks.dispatch.schemas.teams import BusyOut, OfficerBusyOut, SentTeamOut

__all__ = [
    "BusyOut",
    "CandidateOut",
    "DecisionIn",
    "DispatchIn",
    "ExtensionIn",
    "ExtensionOut",
    "HandOverIn",
    "NameObjectIn",
    "OfficerBusyOut",
    "ReasonIn",
    "ReassignIn",
    "RecusalIn",
    "RecusalOut",
    "ReturnIn",
    "RulingIn",
    "SentTeamOut",
    "TaskClockOut",
    "TaskOut",
    "TaskStepOut",
]
