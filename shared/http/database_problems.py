"""What the database refuses, as problem documents."""

import logging
from typing import Final

from asyncpg import PostgresError
from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from shared import errors
from shared.errors import AppError
from shared.http.problems import problem

log = logging.getLogger(__name__)


async def _on_stale_row(request: Request, _: Exception) -> Response:
    return problem(errors.StaleVersion(current="?"), request.headers)


# What PostgreSQL says when a request met another, or a server that is about to change places, and
# may simply be tried again.
RETRYABLE: Final = frozenset({"25006", "40001", "40P01", "55P03"})
# Whole classes of that kind: no connection, no resources, stopped from outside or by its deadline.
RETRYABLE_CLASSES: Final = frozenset({"08", "53", "57"})
# A unique or exclusion constraint: the same thing exists, or the time is taken.
TAKEN: Final = frozenset({"23505", "23P01"})
# Text PostgreSQL cannot store, met before a schema could refuse it.
BAD_TEXT: Final = frozenset({"22021", "22P05"})


async def _on_database_error(request: Request, error: Exception) -> Response:
    # The ORM wraps what the driver raised; a hot statement lets it through as it is.
    code = getattr(getattr(error, "orig", error), "sqlstate", None)
    if code in BAD_TEXT:
        return problem(errors.MalformedRequest(reason="text"), request.headers)
    if code in TAKEN:
        return problem(errors.AlreadyExists(), request.headers)
    if code is None or code in RETRYABLE or code[:2] in RETRYABLE_CLASSES:
        log.warning("database busy", extra={"sqlstate": code})
        return problem(errors.Unavailable(what="database"), request.headers)
    log.error("database refused", exc_info=error)
    return problem(AppError(), request.headers)


def install_database_problems(app: FastAPI) -> None:
    """Answer what the database says, by the ORM or by the driver."""
    app.add_exception_handler(StaleDataError, _on_stale_row)
    for kind in (DBAPIError, PoolTimeout, PostgresError, OSError):
        app.add_exception_handler(kind, _on_database_error)
