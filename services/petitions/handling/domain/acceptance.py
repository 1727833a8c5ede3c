"""Why a petition may be refused (DOMAIN 2.5)."""

from enum import StrEnum


class RefusalReason(StrEnum):
    """Why an office does not accept (DOMAIN 2.5)."""

    NOT_COMPETENT = "not_competent"
    UNCLEAR = "unclear"
    LEGAL_PATH = "legal_path"  # art. 31
    DUPLICATE_RUNNING = "duplicate_running"  # art. 19
    FINAL = "final"  # art. 36
    TRANSFERRED_DISCIPLINE = "transferred_discipline"  # art. 22, 30
