"""Acceptance rows 2-02, 3-34, 3-35 and 4-07: what places published, loaded through the gateway."""

import csv
import io
import json
from typing import Final

import pytest

from ops.demo.people import Json
from services.petitions.exports.domain.cells import FileFormat
from services.petitions.exports.use_cases.tables import MEDIA_TYPES, whole_table
from tests.support.offices import CIXI, Offices, clerk, csv_of, officer
from tests.support.published import BATCHES, XINDU, Batch, Row

# Which acceptance row a batch stands for, and as what file its office sends it.
SENT: Final = {
    "published-xindu": ("3-34", FileFormat.CSV),
    "published-zhoushan": ("2-02", FileFormat.XLSX),
    "published-ningbo": ("4-07 rates", FileFormat.CSV),
    "published-ningbo-train": ("4-07 pushed", FileFormat.CSV),
    "published-half-counts": ("half counts", FileFormat.JSONL),
}
KEY_POINTS: Final = 30
REPEATS: Final = 36  # 20 and 16


def content_of(rows: list[Row], kind: FileFormat) -> bytes:
    """The rows as a file of this kind."""
    if kind is FileFormat.CSV:
        return csv_of(rows)
    if kind is FileFormat.JSONL:
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    heads = list(dict.fromkeys(name for row in rows for name in row))
    return whole_table([heads, *([row.get(name, "") for name in heads] for row in rows)], kind)


def loaded(office: Offices, batch: Batch) -> Json:
    _, kind = SENT[batch.source]
    return office.loaded(batch, content_of(batch.rows(), kind), kind, MEDIA_TYPES[kind])


BY_SOURCE: Final = {batch.source: batch for batch in BATCHES}
EVERY_BATCH: Final = pytest.mark.parametrize(
    "batch", BATCHES, ids=lambda batch: f"{SENT[batch.source][0]}-{batch.source}"
)


@EVERY_BATCH
def test_a_published_batch_gives_its_figures_exactly(office: Offices, batch: Batch) -> None:
    """Rows 2-02, 3-34 and 4-07, and the batch of half counts (S59)."""
    done = loaded(office, batch)
    assert (done["rows"]["loaded"], done["rows"]["failed"]) == (len(batch.rows()), 0)
    for each in batch.expected:
        asked = {**each.query, "import_id": done["id"]}
        found = office.person(clerk(batch.office)).get(
            f"/petition-statistics/{each.metric}", **asked
        )
        assert (found["numerator"], found["denominator"], found["rounded"]) == (
            each.numerator,
            each.denominator,
            each.rounded,
        )
        assert found["approximate"] is each.approximate
        if each.change is not None:
            last = found["year_on_year"]
            assert (last["change"], last["change_percent"]) == (each.change, each.change_percent)


@EVERY_BATCH
def test_the_same_file_again_loads_nothing(office: Offices, batch: Batch) -> None:
    """Rows 2-02, 3-34 and 4-07: known by source and outside number."""
    first = loaded(office, batch)
    _, kind = SENT[batch.source]
    said = {"format": kind, "source": batch.source, "office": batch.office, "dry_run": "false"}
    sent = office.send(
        clerk(batch.office), content_of(batch.rows(), kind), MEDIA_TYPES[kind], **said
    )
    assert sent.status_code == 202, sent.text
    again = office.ended(clerk(batch.office), sent.json()["id"])

    assert again["id"] != first["id"]
    assert (again["rows"]["loaded"], again["rows"]["known"]) == (0, first["rows"]["loaded"])
    assert again["rows"]["differing"] == 0


def test_a_batch_is_loaded_by_a_clerk_of_its_office_only(office: Offices) -> None:
    """Rows 2-02, 3-34 and 4-07: an officer, and a clerk of another city, load nothing."""
    batch = BY_SOURCE["published-xindu"]
    content = content_of(batch.rows()[:1], FileFormat.CSV)
    said = {"format": "csv", "source": "wrong-person", "office": XINDU, "dry_run": "false"}
    for who in (officer(XINDU), clerk(CIXI)):
        answer = office.send(who, content, MEDIA_TYPES[FileFormat.CSV], **said)
        assert answer.status_code in (403, 404), who
    asked = batch.expected[0].query
    answer = office.person(clerk(CIXI)).http.get(
        "/api/v1/petition-statistics/repeat_rate", params=asked
    )
    assert answer.status_code == 404  # figures of a division beyond the reader's


def test_the_key_points_come_from_the_repeats_and_go_out_as_a_ledger(office: Offices) -> None:
    """Row 3-35, petitions' part: at most 30 key points, and the ledger of exactly the repeats."""
    done = loaded(office, BY_SOURCE["published-xindu"])
    xindu = office.person(clerk(XINDU))
    asked = {
        "division": XINDU,
        "first_day": "2022-01-01",
        "last_day": "2023-12-31",
        "import_id": done["id"],
        "by": "object",
        "metric": "repeat_rate",
        "top": KEY_POINTS,
    }
    ranking = xindu.get("/petition-statistics/rankings", **asked)
    points = [each for each in ranking["items"] if each["numerator"] != "0"]
    assert 0 < len(points) <= KEY_POINTS
    assert [each["rank"] for each in points] == sorted(each["rank"] for each in points)
    assert sum(int(each["numerator"]) for each in points) == REPEATS

    ledger = _ledger(office, clerk(XINDU), repeat="true", import_id=done["id"])
    listed = xindu.get("/petitions", repeat="true", import_id=done["id"], limit=200)["items"]
    assert len(ledger) == REPEATS
    assert [line["信访编号"] for line in ledger] == [each["number"] for each in listed]
    assert {line["被举报单位"] for line in ledger} == {each["name"] for each in points}

    assert _ledger(office, clerk(CIXI), repeat="true", import_id=done["id"]) == []
    answer = office.person("510100-enterprise-contact-1").http.get(
        "/api/v1/petitions-exports", params={"format": "csv"}
    )
    assert answer.status_code == 403


def _ledger(office: Offices, who: str, **filters: str) -> list[Row]:
    answer = office.person(who).http.get(
        "/api/v1/petitions-exports", params={"format": "csv", **filters}
    )
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
