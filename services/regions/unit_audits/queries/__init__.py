"""Every SELECT on unit audits: the audits themselves, and the figures drawn from them."""

from services.regions.unit_audits.queries import figures
from services.regions.unit_audits.queries.audits import (
    AuditFile,
    audit,
    audits,
    counties_below,
    file,
    found_before,
    keep_work_of,
    lately_there,
    loads,
    lock_audit,
    referrals,
    steps,
)

__all__ = [
    "AuditFile",
    "audit",
    "audits",
    "counties_below",
    "figures",
    "file",
    "found_before",
    "keep_work_of",
    "lately_there",
    "loads",
    "lock_audit",
    "referrals",
    "steps",
]
