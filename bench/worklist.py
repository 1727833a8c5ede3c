"""(b) A worklist page out of a million petitions, by division, against the same rows by SQL."""

import base64
import hashlib
import hmac
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from services.petitions.intake.domain import grams_of, search_text
from services.petitions.intake.queries import ROW
from shared.divisions import Level, level
from shared.http.pages import TAG_BYTES

PAGE: Final = 50
PATH: Final = "/api/v1/petitions"
# Petition number n was received so many times STEP after the first: a page's place is arithmetic.
FIRST: Final = datetime.fromisoformat("2025-01-01T00:00:00+00:00")
STEP: Final = timedelta(seconds=30)
LAST_ID: Final = "ffffffff-ffff-ffff-ffff-ffffffffffff"
# Of twenty petitions eleven are Ningbo's, so that its list has ten thousand pages.
NINGBO_SHARE: Final = 11 / 20
SHARED_EVERY: Final = 49
COUNTY: Final = realm.NINGBO_COUNTIES[0]
TEXT: Final = "近一周夜间,工业园方向飘来强烈酸味。"
GRAMS: Final = grams_of(search_text("夜间酸味扰民", TEXT, "长河镇工业园北侧", "某电镀有限公司"))


def _array(values: Sequence[str]) -> str:
    return "ARRAY[" + ",".join(f"'{value}'" for value in values) + "]"


def _load(rows: int) -> str:
    return f"""
INSERT INTO petition (id, number, purpose, channel, media, form, urgency, track, profile, state,
  office, holder, divisions, county, concerned, shares, title, body, redacted_title, redacted_body,
  place, object_name, at_night, momentary, grams, partial, head_count, anonymous, withheld,
  party_ids, petitioner_tokens, petitioner_masked, route_count, competence_settled,
  competence_open, extension_open, reply_parts, stated_repeat, approximate, received_at,
  registered_at, visible_to, version)
SELECT gen_random_uuid(), 'N' || n, 'claim', 'hotline_12345', '{{air}}', 'individual', 'normal',
  'statutory_duty', 'cn.zj.2016',
  (ARRAY['registered','transferred','accepted','in_progress','replied','closed'])[n % 6 + 1],
  holder, holder, parts, holder, '{{}}', '{{}}', '夜间酸味扰民', text,
  '夜间酸味扰民', text,
  '长河镇工业园北侧', '某电镀有限公司', n % 2 = 0, false, {_array(GRAMS)}, false, 1, true, false,
  '{{}}', '{{}}', '{{}}', 0, false, false, false, '{{}}', false, false, received_at, received_at,
  ARRAY(SELECT DISTINCT substr(part, 1, length) FROM unnest(parts) AS part,
               unnest(ARRAY[2, 4, 6]) AS length ORDER BY 1), 1
FROM (
  SELECT n, holder, '{FIRST.isoformat()}'::timestamptz + n * interval '{STEP.seconds} s'
           AS received_at,
         repeat('{TEXT}', 4) AS text,
         CASE WHEN n % {SHARED_EVERY} = 0 THEN ARRAY[holder, other] ELSE ARRAY[holder] END AS parts
  FROM generate_series(0, {rows} - 1) AS n,
       LATERAL (SELECT {_array(realm.NINGBO_COUNTIES)} AS own, {_array(realm.OTHER_COUNTIES)}
                  AS others, mod(n / 20, 10) + 1 AS i, mod(n / 20, 72) + 1 AS j) AS place,
       LATERAL (SELECT CASE WHEN n % 20 < 11 THEN own[i] ELSE others[j] END AS holder,
                       CASE WHEN n % 20 < 11 THEN own[i % 10 + 1] ELSE own[i] END
                         AS other) AS held
) AS source
"""


PARTS: Final = """
INSERT INTO petition_part (petition_id, scope, received_at)
SELECT id, scope, received_at FROM petition, unnest(visible_to) AS scope
 WHERE cardinality(divisions) > 1 AND NOT starts_with(holder, scope)
"""


@dataclass(frozen=True, slots=True)
class Where:
    """A division's list: `share` of all petitions, looked at on the first page and at `page`."""

    division: str
    share: float
    page: int

    @property
    def held(self) -> str:
        column = "holder" if level(self.division) is Level.COUNTY else "holder_city"
        return f"p.{column} = '{self.division}'"

    def places(self, rows: int) -> tuple[int, int]:
        """Between which numbers a petition at about this page lies."""
        depth = int(self.page * PAGE / self.share)
        middle = rows - min(depth, int(0.95 * rows))
        return middle - rows // 200, middle + rows // 200


def measure(ground: Ground, scale: Scale) -> list[Finding]:
    databases = ground.database()
    _fill(databases, scale.petitions)
    many = scale.petitions // 100
    with (
        realm.identity(ground) as (issuer, identity),
        realm.petitions(ground, databases, identity.url) as service,
    ):
        bench = _Bench(ground, databases, scale, service, issuer)
        return [
            bench.compare(Where(realm.NINGBO, NINGBO_SHARE, page=many)),
            bench.compare(Where(COUNTY, NINGBO_SHARE / 10, page=many // 10)),
        ]


def _fill(databases: Databases, count: int) -> None:
    realm.publish(databases)
    run(databases.admin, _load(count), PARTS, "VACUUM ANALYZE", "CHECKPOINT")


@dataclass(frozen=True, slots=True)
class _Bench:
    ground: Ground
    databases: Databases
    scale: Scale
    service: Serving
    issuer: Issuer

    def compare(self, where: Where) -> Finding:
        rows = self.scale.petitions
        deep = where.places(rows)
        names = [f"{who}, page {page:,}" for page in (1, where.page) for who in ("SQL", "service")]
        fires = (
            self._sql(where, None),
            self._http(where, None),
            self._sql(where, deep),
            self._http(where, deep),
        )
        variants = [
            Variant(name, fire, self.service.process_id if name.startswith("service") else None)
            for name, fire in zip(names, fires, strict=True)
        ]
        rounds = Rounds(self.scale.rounds, self.scale.seconds, self.ground.postmaster)
        references = (names[0], names[2])
        return Finding(
            "b",
            f"worklist page of {PAGE} of {where.division}, {where.share * rows:,.0f} of {rows:,}",
            references,
            lines(rounds.run(variants), variants, references=references),
            notes=(
                f"16 clients, one worker; load: {load.client_name()}",
                "the SQL reads what the division holds; the service also what it has a part in",
            ),
        )

    def _sql(self, where: Where, places: tuple[int, int] | None) -> Callable[[int], Fired]:
        """The rows of the page and the one that tells that there is another."""
        script, range_ = "", ""
        if places is not None:
            script = f"\\set n random({places[0]}, {places[1]})\n"
            start = f"'{FIRST.isoformat()}'::timestamptz + :n * interval '{STEP.seconds} s'"
            range_ = f"AND (received_at, id) < ({start}, '{LAST_ID}'::uuid)"
        script += (
            f"SELECT {ROW} FROM petition p WHERE {where.held} {range_}"
            f" ORDER BY received_at DESC, id DESC LIMIT {PAGE + 1};\n"
        )
        return pgbench.for_seconds(self.ground, self.databases.admin, script)

    def _http(self, where: Where, places: tuple[int, int] | None) -> Callable[[int], Fired]:
        chosen = random.Random(1)  # noqa: S311 -- the same pages in every run
        cursors = [chosen.randint(*places) for _ in range(64)] if places else [None]

        def requests() -> list[Request]:
            [headers] = realm.clerks(self.issuer, [where.division])
            return [Request("GET", _path(number), headers) for number in cursors]

        return load.for_seconds(self.service, requests, self.ground.folder)


def _path(number: int | None) -> str:
    """The page after the petition of this number; the first without one."""
    if number is None:
        return f"{PATH}?limit={PAGE}"
    return f"{PATH}?limit={PAGE}&cursor={_cursor(number)}"


def _cursor(number: int) -> str:
    """What the service would have signed: nobody turns ten thousand pages to be measured."""
    body = orjson.dumps([(FIRST + number * STEP).isoformat(), LAST_ID])
    bound = orjson.dumps([PATH, []])
    tag = hmac.digest(realm.CURSOR_KEY.encode(), bound + body, hashlib.sha256)[:TAG_BYTES]
    return base64.urlsafe_b64encode(tag + body).rstrip(b"=").decode()
