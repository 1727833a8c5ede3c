"""File reviews, over HTTP."""

from typing import Final

from services.regions.file_reviews.endpoints import files, rounds

ROUTERS: Final = (rounds.router, files.router)
