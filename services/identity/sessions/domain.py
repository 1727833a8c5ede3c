"""Login sessions: how long they last."""

from datetime import timedelta
from typing import Final

from shared.errors import RuleViolation

# However often refreshed: a working day.
SESSION_LIFE: Final = timedelta(hours=12)
# A session nobody uses ends.
REFRESH_LIFE: Final = timedelta(hours=2)
# One access token; a platform logs in again for the next.
ACCESS_LIFE: Final = timedelta(seconds=600)
# Ended sessions are listed to their owner for a month.
KEPT: Final = timedelta(days=30)


class SessionEnded(RuleViolation):
    code = "session_ended"
    zh = "会话已结束。"
    en = "The session has ended."
