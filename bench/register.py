"""(a) Registering a petition, complete and durable, against the plain inserts."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

import httpx
import orjson

from bench import load, pgbench, realm
from bench.ground import Ground, rows, run
from bench.issuer import Issuer
from bench.load import Request
from bench.report import Finding
from bench.rounds import Rounds, Variant, lines
from bench.scale import Scale
from ops.bootstrap import Databases
from shared.clock import machine_time

# What one registration writes, in an order that foreign keys allow.
WRITTEN: Final = (
    "number_counter",
    "vault_entry",
    "petition",
    "petition_step",
    "audit",
    "clock",
    "clock_alarm",
    "outbox_event",
    "idempotency",
)
THREE: Final = "pgbench, petition + audit + outbox"
ALL: Final = "pgbench, every row the service writes"
MANY: Final = "service, 64 offices"
ONE: Final = "service, one office (its numbers have no gap)"
# A different identifier each time from pgbench's random number; the digit tells rows apart.
KEY: Final = "\\set r random(1, 281474976710655)\n"


def measure(ground: Ground, scale: Scale) -> list[Finding]:
    databases = ground.database()
    realm.publish(databases)
    with (
        realm.identity(ground) as (issuer, identity),
        realm.petitions(ground, databases, identity.url) as service,
    ):
        answer = _register_one(service.url, issuer)
        statements = {table: _statements(databases, table) for table in WRITTEN}
        three = [_anonymous(databases), *statements["audit"], *statements["outbox_event"]]
        every = [each for table in WRITTEN for each in statements[table]]
        variants = [
            Variant(name, pgbench.for_seconds(ground, databases.admin, _transaction(script)))
            for name, script in ((THREE, three), (ALL, every))
        ]
        for name, offices in ((MANY, realm.COUNTIES[:64]), (ONE, realm.COUNTIES[:1])):
            fire = load.for_seconds(service, partial(_requests, issuer, offices), ground.folder)
            variants.append(Variant(name, fire, service.process_id))
        rounds = Rounds(scale.rounds, scale.seconds, ground.postmaster, partial(_empty, databases))
        measured = rounds.run(variants)
    note = (
        f"one registration writes {len(every)} rows in {len(WRITTEN)} tables"
        f" and answers {len(answer)} bytes; load: {load.client_name()}"
    )
    return [
        Finding(
            "a",
            "registering a petition, durable commits, 16 clients, one worker",
            (THREE, ALL),
            lines(measured, variants, references=(THREE, ALL)),
            notes=(note,),
        )
    ]


def _requests(issuer: Issuer, offices: Sequence[str]) -> list[Request]:
    received_at = (machine_time() - timedelta(hours=1)).isoformat()
    return [
        Request("POST", "/api/v1/petitions", headers, _body(office, received_at), keyed=True)
        for office, headers in zip(offices, realm.clerks(issuer, offices), strict=True)
    ]


def _body(office: str, received_at: str) -> str:
    """A complaint of ordinary length by somebody who gave a name and a telephone number."""
    content = {
        "channel": "hotline_12345",
        "media": ["air"],
        "office": office,
        "divisions": [office],
        "title": "夜间酸味扰民",
        "body": "我是王小明,电话13800000000。近一周夜间十一时以后,工业园方向飘来强烈酸味," * 3,
        "place": "长河镇工业园北侧",
        "object_name": "某电镀有限公司",
        "at_night": True,
        "received_at": received_at,
        "petitioner": {"name": "王小明", "phone": "13800000000"},
    }
    return orjson.dumps(content).decode()


def _register_one(url: str, issuer: Issuer) -> bytes:
    """By hand, so that the reference can repeat the rows it left."""
    [request] = _requests(issuer, realm.COUNTIES[:1])
    headers = {**request.headers, "Idempotency-Key": "the-one-to-be-copied"}
    answer = httpx.post(url + request.path, headers=headers, content=request.body.encode())
    return answer.raise_for_status().content


def _empty(databases: Databases) -> None:
    """Before every slice, so that no slice meets what another left."""
    run(
        databases.admin,
        "SET session_replication_role = replica",  # the trace refuses even this
        f"TRUNCATE {', '.join(WRITTEN)} CASCADE",
        "CHECKPOINT",
    )


def _transaction(statements: Sequence[str]) -> str:
    return KEY + "BEGIN;\n" + ";\n".join(statements) + ";\nCOMMIT;\n"


def _anonymous(databases: Databases) -> str:
    """The petition alone: without an entry in the vault it must be anonymous."""
    [statement] = _statements(databases, "petition", {"petitioner_id": "NULL", "anonymous": "true"})
    return statement


def _statements(
    databases: Databases, table: str, changes: Mapping[str, str] | None = None
) -> list[str]:
    """An INSERT for each row that the registration left in the table, under fresh keys."""
    columns = _columns(databases, table)
    values = ", ".join(f"quote_nullable({column}::text)" for column in columns)
    found = rows(databases.admin, f"SELECT ARRAY[{values}]::text[] AS said FROM {table}")
    said: list[dict[str, str]] = [dict(zip(columns, each["said"], strict=True)) for each in found]
    return [
        _insert(table, row | _fresh(table, number) | dict(changes or {}))
        for number, row in enumerate(said)
    ]


def _columns(databases: Databases, table: str) -> list[str]:
    found = rows(
        databases.admin,
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'petitions'"
        f" AND table_name = '{table}' AND is_generated = 'NEVER' ORDER BY ordinal_position",
    )
    return [each["column_name"] for each in found]


def _fresh(table: str, number: int) -> dict[str, str]:
    """What must be new in every repetition; `number` tells rows of one repetition apart."""
    own, petition = _key(number), _key(0)
    return {
        "number_counter": {"division": "'33'||(:r::bigint % 64)"},
        "vault_entry": {"id": petition},
        "petition": {"id": petition, "petitioner_id": petition, "number": "'N'||:r"},
        "petition_step": {"id": own, "petition_id": petition},
        "audit": {"id": own, "object_id": f"{petition}::text"},
        "clock": {"id": own, "subject_id": petition},
        "clock_alarm": {"clock_id": own},
        "outbox_event": {"id": own, "key": f"{petition}::text"},
        "idempotency": {"key": "'K'||:r"},
    }[table]


def _key(number: int) -> str:
    return f"('00000000-0000-7000-800{number}-' || lpad(to_hex(:r::bigint), 12, '0'))::uuid"


def _insert(table: str, row: Mapping[str, str]) -> str:
    columns, values = ", ".join(row), ", ".join(row.values())
    statement = f"INSERT INTO {table} ({columns}) VALUES ({values})"
    if table == "number_counter":
        statement += (
            " ON CONFLICT (series, division, year) DO UPDATE SET last = number_counter.last + 1"
        )
    return statement
