"""Row-level security: which rows exist for whom, held by PostgreSQL itself.

Every table names one of these policies in its `info`; `protect` makes it part of the table, so
that a table without a policy stops the service at import. The migrations carry the same SQL, and
a test compares the two.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import DDL, MetaData, Table, event

IN_CONTEXT: Final = "(SELECT current_setting('app.principal', true)) <> ''"
AS_SYSTEM: Final = "(SELECT current_setting('app.system', true)) = 'on'"
SCOPES: Final = "(SELECT string_to_array(current_setting('app.scopes', true), ','))"
IN_SCOPE: Final = f"visible_to && {SCOPES}"


@dataclass(frozen=True, slots=True)
class Policy:
    """`using` decides what can be read or changed, `check` what may be written."""

    using: str
    check: str


# A division's own rows: seen and written by those whose scope is among `visible_to`.
SCOPED: Final = Policy(f"{IN_SCOPE} OR {AS_SYSTEM}", f"{IN_SCOPE} OR {AS_SYSTEM}")
# Rows that follow another row's visibility and hold nothing by themselves.
CONTEXT: Final = Policy(IN_CONTEXT, IN_CONTEXT)
# Published by the system, read by every known caller.
REFERENCE: Final = Policy(IN_CONTEXT, AS_SYSTEM)
# Written by anyone known, read within scope: traces of what was done.
TRACE: Final = Policy(f"{IN_SCOPE} OR {AS_SYSTEM}", IN_CONTEXT)
# Only for the service's own machinery.
SYSTEM_ONLY: Final = Policy(AS_SYSTEM, AS_SYSTEM)
# A caller's own rows, whoever else shares the division.
OWN: Final = Policy(
    f"principal = (SELECT current_setting('app.principal', true)) OR {AS_SYSTEM}",
    "principal = (SELECT current_setting('app.principal', true))",
)


class UnprotectedTable(TypeError):
    """A table says nothing about who may see its rows."""


def info(policy: Policy) -> dict[str, Any]:
    """What a table puts into its `info` to name its policy."""
    return {"rls": policy}


def statements(table: str, policy: Policy) -> tuple[str, ...]:
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY access ON {table} USING ({policy.using}) WITH CHECK ({policy.check})",
    )


def _protect(table: Table) -> None:
    policy = table.info.get("rls")
    if not isinstance(policy, Policy):
        raise UnprotectedTable(table.fullname)
    for statement in statements(table.fullname, policy):
        event.listen(table, "after_create", DDL(statement))  # type: ignore[no-untyped-call]  # unannotated there


def protect(metadata: MetaData) -> MetaData:
    """Attach each table's policy; `UnprotectedTable` if one has none."""
    for table in metadata.tables.values():
        _protect(table)
    return metadata
