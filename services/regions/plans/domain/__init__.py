"""The joint plan (联动实施方案, DOMAIN 4.3): what those who work under it need of its rules."""

from services.regions.plans.domain.contents import Period, Quota, Window
from services.regions.plans.domain.life import IN_EFFECT, NotInEffect, State

__all__ = ["IN_EFFECT", "NotInEffect", "Period", "Quota", "State", "Window"]
