"""Tables of tasks and of the teams sent on them."""

from services.tasks.dispatch.models.tasks import Task, TaskEnvelope, TaskStep
from services.tasks.dispatch.models.teams import TaskExtension, TaskRecusal, Team, TeamMember

__all__ = ["Task", "TaskEnvelope", "TaskExtension", "TaskRecusal", "TaskStep", "Team", "TeamMember"]
