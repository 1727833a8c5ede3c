"""(t) A worklist page out of a hundred thousand tasks, by working time left, against plain SQL."""

import base64
import hashlib
import hmac
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import orjson

from bench import load, pgbench, realm
from bench.ground import Ground, run
from bench.issuer import Issuer
from bench.load import Request
from bench.processes import Serving
from bench.report import Finding
from bench.rounds import Fired, Rounds, Variant, lines
from bench.scale import Scale
from ops.bootstrap import Databases
from shared.auth.actor import Role
from shared.divisions import scope
from shared.http.pages import TAG_BYTES

PAGE: Final = 50
PATH: Final = "/api/v1/tasks"
FIRST_DAY: Final = date(2026, 1, 1)
DAYS: Final = 360
LAST_ID: Final = "ffffffff-ffff-ffff-ffff-ffffffffffff"
COUNTY: Final = realm.NINGBO_COUNTIES[0]
# A task in three is still open; of twenty eleven are Ningbo's.
OPEN_EVERY: Final = 3
OPEN: Final = "state <> ALL (ARRAY['completed', 'withdrawn'])"
ROW: Final = (
    "id, division, parties, lent_by, place, title, media, site, facts, object_name, object_code,"
    " at_night, methods, due_on, answer_due_at, raised_to, state, requested_at, version"
)


def _array(values: tuple[str, ...]) -> str:
    return "ARRAY[" + ",".join(f"'{value}'" for value in values) + "]"


def _load(rows: int) -> str:
    return f"""
INSERT INTO task (id, origin_kind, origin_id, division, parties, place, title, media, site, facts,
  at_night, due_on, state, requested_at, completed_at, summary, visible_to, version)
SELECT gen_random_uuid(), 'order', gen_random_uuid(), holder, ARRAY[holder], holder, '夜间酸味',
  '{{gas}}', '工业园北侧', repeat('近一周夜间,工业园方向飘来强烈酸味。', 4), n % 2 = 0,
  '{FIRST_DAY}'::date + n % {DAYS},
  CASE WHEN n % {OPEN_EVERY} = 0 THEN 'accepted' ELSE 'completed' END, now(),
  CASE WHEN n % {OPEN_EVERY} = 0 THEN NULL ELSE now() END, '已办结',
  ARRAY(SELECT substr(holder, 1, length) FROM unnest(ARRAY[2, 4, 6]) AS length ORDER BY 1), 1
FROM (
  SELECT n, CASE WHEN n % 20 < 11 THEN own[mod(n / 20, 10) + 1]
                 ELSE others[mod(n / 20, 72) + 1] END AS holder
  FROM generate_series(0, {rows} - 1) AS n,
       (SELECT {_array(realm.NINGBO_COUNTIES)} AS own, {_array(realm.OTHER_COUNTIES)} AS others)
         AS places
) AS source
"""


TEAMS: Final = """
INSERT INTO team (id, task_id, starts_at, ends_at, named_at, named_by, visible_to)
SELECT gen_random_uuid(), id, now(), now() + interval '8 h', now(), gen_random_uuid(), visible_to
  FROM task WHERE state = 'accepted'
"""
MEMBERS: Final = """
INSERT INTO team_member (id, team_id, officer_id, account_id, name, division, certificate_number,
  certificate_valid_to, is_leader, visible_to)
SELECT gen_random_uuid(), id, gen_random_uuid(), gen_random_uuid(), '执法人员', '330281', 'C1',
  '2027-12-31', i = 1, visible_to
  FROM team, generate_series(1, 2) AS i
"""


@dataclass(frozen=True, slots=True)
class Where:
    """Whose list it is, and how plain SQL finds the same rows."""

    division: str
    held: str


def measure(ground: Ground, scale: Scale) -> list[Finding]:
    databases = ground.database()
    realm.publish(databases, service="tasks")
    run(databases.admin, "SET search_path = tasks", _load(scale.tasks), TEAMS, MEMBERS)
    run(databases.admin, "VACUUM ANALYZE", "CHECKPOINT")
    with (
        realm.identity(ground) as (issuer, identity),
        realm.tasks(ground, databases, identity.url) as service,
    ):
        bench = _Bench(ground, databases, scale, service, issuer)
        return [
            bench.compare(Where(realm.NINGBO, f"division LIKE '{scope(realm.NINGBO)}%'")),
            bench.compare(Where(COUNTY, f"division = '{COUNTY}'")),
        ]


@dataclass(frozen=True, slots=True)
class _Bench:
    ground: Ground
    databases: Databases
    scale: Scale
    service: Serving
    issuer: Issuer

    def compare(self, where: Where) -> Finding:
        names = [f"{who}, {page}" for page in ("page 1", "middle") for who in ("SQL", "service")]
        fires = (
            self._sql(where, deep=False),
            self._http(where, deep=False),
            self._sql(where, deep=True),
            self._http(where, deep=True),
        )
        variants = [
            Variant(name, fire, self.service.process_id if name.startswith("service") else None)
            for name, fire in zip(names, fires, strict=True)
        ]
        rounds = Rounds(self.scale.rounds, self.scale.seconds, self.ground.postmaster)
        references = (names[0], names[2])
        return Finding(
            "t",
            f"worklist page of {PAGE} open tasks of {where.division}, out of {self.scale.tasks:,}",
            references,
            lines(rounds.run(variants), variants, references=references),
            notes=(
                f"16 clients, one worker; load: {load.client_name()}",
                "the SQL reads the rows of the page; the service also their teams and what waits",
            ),
        )

    def _sql(self, where: Where, *, deep: bool) -> Callable[[int], Fired]:
        script, range_ = "", ""
        if deep:
            script = f"\\set n random({DAYS // 3}, {DAYS // 2})\n"
            day = f"'{FIRST_DAY}'::date + CAST(:n AS int)"
            range_ = f"AND (due_on, id) > ({day}, '{LAST_ID}'::uuid)"
        script += (
            f"SELECT {ROW} FROM tasks.task WHERE {where.held} AND {OPEN} {range_}"
            f" ORDER BY due_on, id LIMIT {PAGE + 1};\n"
        )
        return pgbench.for_seconds(self.ground, self.databases.admin, script)

    def _http(self, where: Where, *, deep: bool) -> Callable[[int], Fired]:
        chosen = random.Random(1)  # noqa: S311 -- the same pages in every run
        days = [chosen.randint(DAYS // 3, DAYS // 2) for _ in range(64)] if deep else [None]

        def requests() -> list[Request]:
            [headers] = realm.callers(
                self.issuer, [where.division], audience="tasks", role=Role.COMMAND_CENTER
            )
            return [Request("GET", _path(day), headers) for day in days]

        return load.for_seconds(self.service, requests, self.ground.folder)


def _path(day: int | None) -> str:
    path = f"{PATH}?open=true&limit={PAGE}"
    return path if day is None else f"{path}&cursor={_cursor(day)}"


def _cursor(day: int) -> str:
    """What the service would have signed after the last task of that day."""
    body = orjson.dumps([(FIRST_DAY + timedelta(days=day)).isoformat(), LAST_ID])
    bound = orjson.dumps([PATH, [("open", "true")]])
    tag = hmac.digest(realm.CURSOR_KEY.encode(), bound + body, hashlib.sha256)[:TAG_BYTES]
    return base64.urlsafe_b64encode(tag + body).rstrip(b"=").decode()
