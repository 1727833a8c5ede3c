"""Intake over HTTP: register, draft, list, read, reveal."""

from services.petitions.intake.endpoints.drafts import drafts
from services.petitions.intake.endpoints.keys import Codes, Keys
from services.petitions.intake.endpoints.petitions import router
from services.petitions.intake.endpoints.showing import shown_to

__all__ = ["Codes", "Keys", "drafts", "router", "shown_to"]
