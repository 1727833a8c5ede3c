"""Whom the masking tests look for, and how: in answers, for each reader, and in whole tables.

Who may read what as it was written is stated here a second time, by hand (DOMAIN 2.7).
"""

import base64
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final
from urllib.parse import quote

import asyncpg
import httpx
import python_calamine

PERSON: Final = {
    "name": "淳于寒烟",
    "phone": "13866770451",
    "id_number": "330225197702142625",
    "address": "宁海县深甽镇听泉巷33号",
}
SIGNER: Final = {
    "name": "澹台望舒",
    "phone": "13699021784",
    "id_number": "330225198111294031",
    "address": "宁海县深甽镇落梅弄58号",
    "role": "co_signer",
}
# Named everywhere as well, and joined when all of it was written.
LATE: Final = {
    "name": "司徒听澜",
    "phone": "13512450936",
    "address": "宁海县深甽镇归雁里71号",
    "role": "representative",
}
MASKED: Final = {
    "name": "淳***",
    "phone": "138****0451",
    "id_number": "330225********2625",
    "address": "宁海县深甽镇",
}
OF_LATE: Final = (LATE["name"], LATE["phone"], "归雁里71号")
# Short enough for every field, the shortest of which holds two hundred characters.
SECRETS: Final = (
    PERSON["name"], PERSON["phone"], PERSON["id_number"], "听泉巷33号", "淳于女士",
    SIGNER["name"], SIGNER["phone"], SIGNER["id_number"], "落梅弄58号", "澹台先生",
)  # fmt: skip
TOLD: Final = (
    "淳于女士即淳于寒烟,电话138-6677-0451,住宁海县深甽镇听泉巷33号,330225197702142625;"
    "澹台先生即澹台 望舒,136 9902 1784,深甽镇落梅弄58号,330225198111294031;"
    "另有司徒听澜,住归雁里71号"
)
# Where the vault knows nobody, of a person the numbers go and nothing else can.
NUMBERS: Final = "138-6677-0451,330225197702142625,136 9902 1784,330225198111294031"
NAMES: Final = "淳于寒烟、澹台望舒、司徒听澜,听泉巷33号"
WHERE: Final = "淳于寒烟、澹台望舒、司徒听澜家旁,138-6677-0451"
FACTS: Final = "夜里有酸味"
AS_WRITTEN: Final = ("title", "body", "reply", "reply_parts")
SAID: Final = {"reason": TOLD}


def named_in(text: str, secrets: Sequence[str] = SECRETS) -> list[str]:
    """The secrets in a text, however they are spaced or spelled for a machine."""
    squeezed = re.sub(r"[\s-]", "", text)
    return [each for each in secrets if any(way in squeezed for way in _spellings(each))]


@cache
def _spellings(secret: str) -> tuple[str, ...]:
    return secret, quote(secret), json.dumps(secret)[1:-1]


def caller_of(request: httpx.Request) -> set[tuple[str, str]]:
    """Roles and scopes of the token that asked."""
    token = request.headers.get("Authorization", "").rpartition(".")[0].partition(".")[2]
    if not token:
        return set()
    claims = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    return {(role, scope) for role, scope in _grants(claims)}


def _grants(claims: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for each in claims.get("grants", ()):
        role, scope = (each["role"], each["scope"]) if isinstance(each, dict) else each[:2]
        yield role, scope.ljust(6, "0")


def may_read_as_written(grants: set[tuple[str, str]], item: Mapping[str, Any]) -> bool:
    """Written a second time: who handles it reads it as it was written, and nobody else."""
    holder = item["holder"]
    clerks = {holder, item["office"]}
    if item["state"] in {"under_re_review", "final"}:
        clerks.add(f"{holder[:2]}0000")
    handling = {("officer", holder), *(("petition_clerk", each) for each in clerks)}
    return bool(handling & grants)


def leaks(
    value: Any, grants: set[tuple[str, str]], secrets: Sequence[str] = SECRETS, at: str = ""
) -> Iterator[str]:
    """Where in an answer somebody is named who may not be named to this caller."""
    if isinstance(value, dict):
        free = _as_written(value, grants)
        for name, each in value.items():
            yield from (f"{at}/key" for _ in named_in(name, secrets))
            if name not in free:
                yield from leaks(each, grants, secrets, f"{at}/{name}")
    elif isinstance(value, list):
        for each in value:
            yield from leaks(each, grants, secrets, f"{at}/-")
    elif isinstance(value, str) and named_in(value, secrets):
        yield at


def _as_written(item: Mapping[str, Any], grants: set[tuple[str, str]]) -> Sequence[str]:
    """Fields of an item that this caller may have as they were written."""
    if {"holder", "office", "body"} <= set(item) and may_read_as_written(grants, item):
        return AS_WRITTEN
    if "outside_number" in item and item.get("petition_id", "") is None:
        # Until a letter is linked the vault knows nobody of it: its numbers go, names cannot.
        assert not re.search(r"\d{6}", f"{item.get('content')}{item.get('answer')}")
        return ("content", "answer")
    return ()


def leaks_of(answer: httpx.Response, secrets: Sequence[str] = SECRETS) -> list[str]:
    grants, path = caller_of(answer.request), answer.request.url.path
    kind = answer.headers.get("Content-Type", "")
    found = list(leaks(dict(answer.headers), grants, secrets, "headers"))
    if answer.status_code < 300 and (path.endswith("/reveal") or _is_own_draft(path)):
        return found
    if "spreadsheetml" in kind:
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        table = sheet.get_sheet_by_index(0).to_python()[2:]
        return found + list(leaks(_rows(table), grants, secrets))
    if "csv" in kind:
        text = io.StringIO(answer.content.decode("utf-8-sig"))
        return found + list(leaks(_rows(list(csv.reader(text))), grants, secrets))
    if "ndjson" in kind or "jsonl" in kind:
        lines = [json.loads(each) for each in answer.text.splitlines()]
        return found + list(leaks(lines, grants, secrets))
    if "json" in kind and answer.content:
        return found + list(leaks(answer.json(), grants, secrets))
    return found + named_in(answer.text, secrets)


def _is_own_draft(path: str) -> bool:
    return "/petition-drafts/" in path and path.count("/") == len(["", "api", "v1", "x", "y"]) - 1


NAMES_ZH: Final = {
    "承办单位": "holder", "登记单位": "office", "标题": "title", "内容": "body",
    "答复内容": "reply", "状态": "state",
}  # fmt: skip


def _rows(table: list[list[Any]]) -> list[dict[str, Any]]:
    """The lines of a ledger under the names an answer has."""
    head, *lines = table or [[]]
    return [
        {NAMES_ZH.get(name, name): cell for name, cell in zip(head, line, strict=True)}
        for line in lines
    ]


COLUMNS: Final = """
SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, NULL) AS type
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'petitions' AND c.relkind IN ('r', 'p') AND a.attnum > 0
   AND NOT a.attisdropped
   AND format_type(a.atttypid, NULL) ~ '^(text|character|jsonb|json|bytea|name)'
"""


async def holding(
    database: "asyncpg.Connection[Any]", secrets: Sequence[str]
) -> set[tuple[str, str]]:
    """The columns of all tables that name somebody, as text or as bytes."""
    columns = await database.fetch(COLUMNS)
    assert len(columns) > 150
    found = set()
    for table, column, kind in columns:
        is_bytes = kind == "bytea"
        text = f"regexp_replace(\"{column}\"::text, '[[:space:]-]', '', 'g')"
        value = f'"{column}"' if is_bytes else text
        said = [each.encode() if is_bytes else each for each in secrets]
        listed = f"unnest($1::{'bytea' if is_bytes else 'text'}[])"
        statement = (
            f'SELECT count(*) FROM "{table}", {listed} AS secret'  # noqa: S608  catalogue
            f" WHERE position(secret IN {value}) > 0"
        )
        if await database.fetchval(statement, said):
            found.add((table, column))
    return found
