"""Every error as a problem document, whatever caused it; and how the service bears its database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import APIRouter
from starlette.types import Receive, Scope, Send

from ops.bootstrap import Databases
from shared.db.session import Database, driver
from shared.errors import InvalidInput, Unavailable
from shared.http.access import public
from shared.http.body import Body, ShortText
from shared.http.routing import COMPUTES, Route, SystemSessionDep
from shared.service import Service, create_service_app
from shared.settings import ServiceSettings
from tests.integration.shared.conftest import URL

router = APIRouter(prefix="/faults", route_class=Route)


class Secret(Body):
    word: ShortText


@router.post("/echo", dependencies=[public()], openapi_extra=COMPUTES)
async def echo(body: Secret) -> Secret:
    return body


@router.get("/bug", dependencies=[public()])
async def bug() -> None:
    raise KeyError("13812345678")


@router.get("/rule", dependencies=[public()])
async def rule() -> None:
    raise InvalidInput(reason="x", pointer="/a/b")


@router.get("/gone", dependencies=[public()])
async def gone() -> None:
    raise Unavailable(what="regions")


@router.get("/sql", dependencies=[public()])
async def run_sql(session: SystemSessionDep, statement: str) -> None:
    await (await driver(session)).execute(statement)


@asynccontextmanager
async def serving(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A service that can only fail, on the petitions' database."""
    app = create_service_app(
        Service(name="faults", title="Faults", settings=ServiceSettings, routers=[router])
    )

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": {"database": database}}, receive, send)

    transport = httpx.ASGITransport(with_state, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"{URL}/api/v1/faults") as client:
        yield client


@pytest.fixture
async def http(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(database) as client:
        yield client


def expect(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    document: dict[str, Any] = answer.json()
    assert (answer.status_code, document["code"], document["status"]) == (status, code, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert document["request_id"] == answer.headers["x-request-id"]
    assert {"type", "title", "detail"} <= set(document)
    return document


@pytest.mark.parametrize(
    ("language", "title"),
    [
        (None, "请求内容不符合要求"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "请求内容不符合要求"),
        ("fr", "请求内容不符合要求"),
        ("en", "Unprocessable"),
        ("en-GB,en;q=0.9", "Unprocessable"),
    ],
)
async def test_people_are_answered_in_their_language(
    http: httpx.AsyncClient, language: str | None, title: str
) -> None:
    answer = await http.get("/rule", headers={"Accept-Language": language} if language else {})

    document = expect(answer, 422, "invalid_input")
    assert str(document["title"]).startswith(title)
    assert "accept-language" in answer.headers["vary"].lower()


async def test_what_was_sent_is_never_said_again(http: httpx.AsyncClient) -> None:
    for body in (
        {"word": "x" * 300 + "13812345678"},
        {"word": ["13812345678"]},
        {"word": "13812345678\0"},
    ):
        answer = await http.post("/echo", json=body)
        document = expect(answer, 422, "invalid_input")
        [error] = document["errors"]
        assert error["pointer"].startswith("/word")
        assert "13812345678" not in answer.text


async def test_a_fault_of_ours_tells_nothing_of_itself(http: httpx.AsyncClient) -> None:
    answer = await http.get("/bug")

    expect(answer, 500, "internal_error")
    assert "13812345678" not in answer.text
    assert "KeyError" not in answer.text


async def test_an_error_may_point_at_its_place(http: httpx.AsyncClient) -> None:
    document = expect(await http.get("/rule"), 422, "invalid_input")

    assert [each["pointer"] for each in document["errors"]] == ["/a/b"]


async def test_whoever_may_try_again_is_told_when(http: httpx.AsyncClient) -> None:
    answer = await http.get("/gone")

    expect(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/echo", 405)])
async def test_what_no_route_answers_is_a_problem_too(
    http: httpx.AsyncClient, path: str, status: int
) -> None:
    expect(await http.get(path), status, "not_found" if status == 404 else "malformed_request")


@pytest.mark.parametrize("sent", ["req-12345678", "a" * 64])
async def test_a_request_keeps_its_id(http: httpx.AsyncClient, sent: str) -> None:
    answer = await http.get("/gone", headers={"X-Request-Id": sent})

    assert expect(answer, 503, "unavailable")["request_id"] == sent


@pytest.mark.parametrize("sent", ["short", "a" * 65, "with space!", "<script>alert(1)</script>"])
async def test_an_odd_request_id_is_replaced(http: httpx.AsyncClient, sent: str) -> None:
    answer = await http.get("/gone", headers={"X-Request-Id": sent})

    assert expect(answer, 503, "unavailable")["request_id"] != sent


@pytest.mark.parametrize(
    ("statement", "status", "code"),
    [
        (
            "INSERT INTO number_counter SELECT 's', '33', 2026, 1 FROM generate_series(1, 2)",
            409,
            "already_exists",
        ),
        ("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)", 503, "unavailable"),
        ("SET LOCAL lock_timeout = 1; SELECT pg_advisory_lock(4711)", 503, "unavailable"),
        ("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$", 503, "unavailable"),
        ("DO $$ BEGIN RAISE SQLSTATE '53300'; END $$", 503, "unavailable"),
        ("DO $$ BEGIN RAISE SQLSTATE '57P01'; END $$", 503, "unavailable"),
        ("DO $$ BEGIN RAISE SQLSTATE '57P03'; END $$", 503, "unavailable"),
        ("DO $$ BEGIN RAISE SQLSTATE '25006'; END $$", 503, "unavailable"),
        ("SELECT pg_terminate_backend(pg_backend_pid())", 503, "unavailable"),
        ("SELECT 1 / 0", 500, "internal_error"),
    ],
)
async def test_what_the_database_says_becomes_a_problem(
    http: httpx.AsyncClient, databases: Databases, statement: str, status: int, code: str
) -> None:
    holder = await asyncpg.connect(databases.owner)
    await holder.execute("SELECT pg_advisory_lock(4711)")
    try:
        answer = await http.get("/sql", params={"statement": statement})
    finally:
        await holder.close()

    expect(answer, status, code)
    assert "SELECT" not in answer.text


async def test_a_pool_that_is_used_up_sheds_load(databases: Databases) -> None:
    small = Database(databases.url("petitions"), schema="petitions", pool_size=1)
    small.engine.pool._timeout = 0.2  # type: ignore[attr-defined]  # instead of five seconds
    async with serving(small) as http:
        first = asyncio.create_task(http.get("/sql", params={"statement": "SELECT pg_sleep(1)"}))
        await asyncio.sleep(0.3)
        expect(await http.get("/sql", params={"statement": "SELECT 1"}), 503, "unavailable")
        assert (await first).status_code == 200
    await small.close()


async def test_a_database_that_is_away_is_not_our_fault() -> None:
    away = Database("postgresql://nobody@127.0.0.1:9/nothing", schema="petitions")
    async with serving(away) as http:
        expect(await http.get("/sql", params={"statement": "SELECT 1"}), 503, "unavailable")
    await away.close()
