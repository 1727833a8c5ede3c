"""Rules of imports: any bytes are a table or a refusal; a row is a petition or its problems."""

import io
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from services.petitions.callbacks.domain import Result, Solved
from services.petitions.exports.domain.cells import ACTIVE, FileFormat, as_meant, inert
from services.petitions.exports.domain.columns import (
    ARCHIVE_ONLY,
    BY_HEAD,
    BY_TERM,
    HEADS,
    TERMS,
    Column,
    code_of,
    heads_of,
    plain,
    term_of,
)
from services.petitions.exports.use_cases.tables import BOM, csv_lines, whole_table
from services.petitions.imports.domain.archive import (
    Call,
    History,
    lines_of,
    spans_of,
    trigger,
)
from services.petitions.imports.domain.files import RefusalCode, Unreadable, require_workbook
from services.petitions.imports.domain.life import (
    TRANSITIONS,
    ImportState,
    ImportStep,
    Mode,
    step,
)
from services.petitions.imports.domain.problems import MESSAGES, REFUSALS, Code
from services.petitions.imports.domain.rows import Ground, Row, read_row
from services.petitions.imports.domain.values import moment_of
from services.petitions.imports.use_cases.repeats import roots
from services.petitions.imports.use_cases.tables import table
from services.petitions.intake.domain import IllegalStep, State, Step
from services.petitions.profiles.domain import ClockKind, profile_for
from services.petitions.through_train.domain import Trigger

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
COUNTY, OTHER = "330281", "330282"


def ground(mode: Mode = Mode.ARCHIVE, **changes: Any) -> Ground:
    facts: dict[str, Any] = {
        "mode": mode,
        "office": "330200",
        "source": "s",
        "scopes": ("3302",),
        "now": NOW,
        "divisions": {COUNTY: "余姚市", OTHER: "慈溪市", "110105": "朝阳区"},
        "names": {"余姚市": COUNTY, "慈溪市": OTHER},
        "channel": None,
        "profile": lambda new: profile_for(
            new.divisions[0], new.channel, new.track, new.received_at.date()
        ),
        "doubled": frozenset(),
        "taken": frozenset(),
        "first_items": frozenset({"F-1"}),
    }
    return Ground(**(facts | changes))


TEXTS = {
    "outside_number": "A-1",
    "channel": "12345热线",
    "media": "大气、噪声",
    "divisions": "余姚市",
    "received_at": "2026-02-01",
}


def read(mode: Mode = Mode.ARCHIVE, /, **changes: str) -> tuple[Row | None, set[tuple[str, Code]]]:
    texts = {name: text for name, text in (TEXTS | changes).items() if text}
    row, problems = read_row(7, texts, ground(mode))
    return row, {(each.column, each.code) for each in problems}


def test_every_head_and_term_means_one_thing() -> None:
    for column, names in HEADS.items():
        assert {BY_HEAD[plain(name)] for name in (column.value, *names)} == {column}
    for column, codes in TERMS.items():
        for code, terms in codes.items():
            assert {code_of(column, each) for each in (code.value, *terms)} == {code}
            assert code_of(column, term_of(column, code)) is code
        assert len(BY_TERM[column]) == len(set(BY_TERM[column]))
    assert set(HEADS) == set(Column)


def test_every_problem_and_refusal_has_its_two_sentences() -> None:
    assert set(MESSAGES) == set(Code)
    assert set(REFUSALS) == set(RefusalCode)
    assert all(zh and en for zh, en in (*MESSAGES.values(), *REFUSALS.values()))


def test_the_heads_are_found_whatever_their_spelling_and_place() -> None:
    found = heads_of(["序号", " *信访编号:", "渠 道", "信访编号"])
    assert found is not None
    assert found.columns == {1: Column.OUTSIDE_NUMBER, 2: Column.CHANNEL}
    assert (found.unknown, found.doubled) == ((1,), (4,))
    assert heads_of(["信访件台账"]) is None


@pytest.mark.parametrize("state", ImportState)
@pytest.mark.parametrize("taken", ImportStep)
def test_an_import_takes_the_steps_of_its_table_and_no_other(
    state: ImportState, taken: ImportStep
) -> None:
    if taken in TRANSITIONS[state]:
        assert step(state, taken) is TRANSITIONS[state][taken]
    else:
        with pytest.raises(IllegalStep):
            step(state, taken)


def test_little_more_than_division_day_and_type_is_enough_for_an_archive() -> None:
    row, problems = read()
    assert problems == set()
    assert row is not None
    assert (row.new.title, row.new.place) == ("余姚市大气、噪声问题", "余姚市")
    assert (list(row.new.divisions), row.identity, row.withheld) == ([COUNTY], None, False)
    assert row.new.received_at == datetime(2026, 1, 31, 16, 0, tzinfo=UTC)


def test_what_is_registered_now_needs_its_words_and_has_no_past() -> None:
    _, problems = read(Mode.LIVE)
    assert problems == {(each, Code.MISSING) for each in ("title", "body", "place")}
    words = {"title": "t", "body": "b", "place": "p"}
    assert read(Mode.LIVE, **words)[1] == set()
    for column in ARCHIVE_ONLY:
        _, problems = read(Mode.LIVE, **words, **{column.value: "是"})
        assert (column.value, Code.ARCHIVE_ONLY) in problems


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"outside_number": ""}, ("outside_number", Code.MISSING)),
        ({"outside_number": "a b"}, ("outside_number", Code.BAD_FORM)),
        ({"channel": ""}, ("channel", Code.MISSING)),
        ({"channel": "飞鸽"}, ("channel", Code.UNKNOWN_VALUE)),
        ({"media": "酸"}, ("media", Code.UNKNOWN_VALUE)),
        ({"divisions": "330999"}, ("divisions", Code.UNKNOWN_DIVISION)),
        ({"divisions": "110105"}, ("divisions", Code.OUTSIDE_SCOPE)),
        ({"divisions": f"{COUNTY};余姚市"}, ("divisions", Code.DOUBLED_DIVISION)),
        ({"division_shares": f"{COUNTY}=1/2"}, ("division_shares", Code.SHARES_NOT_ONE)),
        ({"division_shares": f"{OTHER}=1"}, ("division_shares", Code.SHARES_MISMATCH)),
        ({"division_shares": f"{COUNTY}=半"}, ("division_shares", Code.BAD_SHARES)),
        ({"received_at": "昨天"}, ("received_at", Code.BAD_TIME)),
        ({"received_at": "2026-02-30"}, ("received_at", Code.BAD_TIME)),
        ({"received_at": "2026-03-03"}, ("received_at", Code.IN_FUTURE)),
        ({"received_at": "0001-01-01"}, ("received_at", Code.IMPLAUSIBLE_TIME)),
        ({"title": "x" * 201}, ("title", Code.TOO_LONG)),
        ({"title": "a\x00b"}, ("title", Code.UNSAFE_TEXT)),
        ({"head_count": "0"}, ("head_count", Code.BAD_NUMBER)),
        ({"object_code": "1"}, ("object_code", Code.BAD_FORM)),
        ({"petitioner_phone": "138"}, ("petitioner_name", Code.NAME_MISSING)),
        (
            {"petitioner_name": "王", "petitioner_id_number": "330282199003071230"},
            ("petitioner_id_number", Code.INVALID_ID_NUMBER),
        ),
        (
            {"petitioner_name": "王", "identification": "匿名"},
            ("identification", Code.IDENTITY_NOT_EXPECTED),
        ),
        ({"repeat_of": "A-1"}, ("repeat_of", Code.ITSELF)),
        ({"repeat_of": "Z-9"}, ("repeat_of", Code.UNKNOWN_FIRST_ITEM)),
        ({"accepted_at": "2026-01-31"}, ("accepted_at", Code.OUT_OF_ORDER)),
        ({"outcome": "支持"}, ("replied_at", Code.INCOMPLETE)),
        ({"callback_result": "满意"}, ("callback_at", Code.INCOMPLETE)),
        ({"resolved_on": "2026-02-05"}, ("pushed_on", Code.INCOMPLETE)),
        (
            {"refused_at": "2026-02-05", "replied_at": "2026-02-06"},
            ("replied_at", Code.CONTRADICTION),
        ),
        (
            {"identification": "匿名", "callback_at": "2026-02-05", "callback_result": "满意"},
            ("callback_result", Code.NOBODY_TO_CALL),
        ),
    ],
)
def test_what_is_wrong_is_told_by_its_column(
    changes: dict[str, str], problem: tuple[str, Code]
) -> None:
    row, problems = read(**changes)
    assert row is None
    assert problem in problems


def test_a_day_without_a_time_is_no_earlier_than_what_happened_on_it() -> None:
    row, problems = read(received_at="2026-02-01 15:00", accepted_at="2026年2月1日")
    assert problems == set()
    assert row is not None
    assert row.history.accepted_at == row.new.received_at


def test_half_a_letter_counts_half() -> None:
    row, _ = read(divisions="", division_shares=f"{COUNTY}=1/2;慈溪市=0.5")
    assert row is not None
    assert row.new.division_shares == {COUNTY: "1/2", OTHER: "1/2"}


def at(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


BAD = Call(at(20), Result.DISSATISFIED, Solved.NO)
GOOD = Call(at(20), Result.SATISFIED, Solved.YES)


@pytest.mark.parametrize(
    ("history", "state", "steps"),
    [
        (History(), State.REGISTERED, [None]),
        (History(accepted_at=at(2)), State.ACCEPTED, [None, Step.ACCEPT]),
        (History(refused_at=at(2)), State.NOT_ACCEPTED, [None, Step.REFUSE]),
        (
            History(accepted_at=at(2), replied_at=at(9)),
            State.REPLIED,
            [None, Step.ACCEPT, Step.REPLY],
        ),
        (History(replied_at=at(9), call=GOOD), State.CLOSED, [None, Step.REPLY, Step.SETTLE]),
        (History(replied_at=at(9), call=BAD), State.REOPENED, [None, Step.REPLY, Step.REOPEN]),
        (
            History(call=BAD, pushed_at=at(22), resolved_at=at(25)),
            State.CLOSED,
            [None, Step.REOPEN, Step.FILE],
        ),
        (History(closed_at=at(10), call=BAD), State.CLOSED, [None, Step.FILE, Step.REOPEN]),
        (History(closed_at=at(21), call=GOOD), State.CLOSED, [None, Step.SETTLE]),
    ],
)
def test_the_last_line_of_a_history_is_its_state(
    history: History, state: State, steps: list[Step | None]
) -> None:
    lines = lines_of(history, received_at=at(1))
    assert history.state is state
    assert [each.step for each in lines] == steps
    assert lines[-1].state is state
    assert lines == sorted(lines, key=lambda line: line.at)


def test_a_clock_has_both_its_ends_or_still_runs() -> None:
    spans = spans_of(History(), received_at=at(1))
    assert {each.kind for each in spans} == {
        ClockKind.ROUTING,
        ClockKind.NOTICE,
        ClockKind.ACCEPTANCE,
    }
    assert {each.ended_at for each in spans} == {None}
    history = History(accepted_at=at(2), replied_at=at(9), closed_at=at(12))
    assert [(each.kind, each.ended_at) for each in spans_of(history, received_at=at(1))] == [
        (ClockKind.ACCEPTANCE, at(2)),
        (ClockKind.CLOSING, at(9)),
    ]
    assert spans_of(History(closed_at=at(9)), received_at=at(1)) == []


def test_a_matter_is_pushed_for_what_its_call_says_or_as_a_repeat() -> None:
    assert trigger(History(call=BAD), repeat=True) is Trigger.DISSATISFIED
    assert trigger(History(), repeat=True) is Trigger.REPEAT
    assert trigger(History(), repeat=False) is Trigger.UNRESOLVED


def test_a_repeat_of_a_repeat_joins_its_root_and_a_circle_has_none() -> None:
    ids = [f"00000000-0000-7000-8000-00000000000{n}" for n in range(6)]

    def link(petition: int, first: int, root: int | None = None) -> dict[str, Any]:
        return {
            "petition_id": ids[petition],
            "first_id": ids[first],
            "root_id": ids[root] if root is not None else None,
        }

    found = roots([link(1, 0), link(2, 1), link(3, 4), link(4, 3)])
    assert {str(each): str(root) for each, root in found.items()} == {
        ids[1]: ids[0],
        ids[2]: ids[0],
    }
    assert {str(root) for root in roots([link(1, 0, root=5)]).values()} == {ids[5]}


@pytest.mark.parametrize(
    "text",
    ["2026-02-01", "2026/2/1", "2026.2.1", "2026年2月1日", "20260201", "2026-02-01 00:00"],
)
def test_days_are_read_as_ledgers_write_them(text: str) -> None:
    moment = moment_of(text)
    assert moment is not None
    assert moment.at == datetime(2026, 1, 31, 16, 0, tzinfo=UTC)
    assert moment_of("2026-01-31T16:00:00Z") is not None


@settings(max_examples=300)
@given(
    st.binary(max_size=600), st.sampled_from(FileFormat), st.sampled_from([b"", b"PK\x03\x04", BOM])
)
def test_any_bytes_are_a_table_or_a_refusal(content: bytes, kind: FileFormat, start: bytes) -> None:
    with suppress(Unreadable):
        assert all(isinstance(number, int) for number, _ in table(start + content, kind))


@settings(max_examples=100)
@given(st.data())
def test_a_workbook_with_a_byte_changed_is_a_table_or_a_refusal(data: st.DataObject) -> None:
    content = bytearray(WORKBOOK)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Unreadable):
        list(table(bytes(content), FileFormat.XLSX))


WORKBOOK = whole_table([["信访编号", "渠道"], ["1", "来信"]], FileFormat.XLSX)


@given(st.text())
def test_a_cell_is_inert_and_still_says_what_was_meant(text: str) -> None:
    assert not inert(text).startswith(ACTIVE)
    if not text.startswith("'"):
        assert as_meant(inert(text)) == text


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(
    lambda text: text == text.strip() and not text.startswith("'")
)


@settings(max_examples=60)
@given(st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=4))
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    for kind, content in (
        (FileFormat.CSV, BOM + csv_lines(rows)),
        (FileFormat.XLSX, whole_table(rows, FileFormat.XLSX)),
    ):
        read = [[as_meant(cell) for cell in cells or []] for _, cells in table(content, kind)]
        assert [cells[: len(row)] for cells, row in zip(read, rows, strict=True)] == rows


def lying() -> bytes:
    """An archive whose directory says less than what unpacks."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/sheet.xml", b"0" * 1_000_000)
    raw = bytearray(content.getvalue())
    place = raw.rindex(b"PK\x01\x02") + 24
    raw[place : place + 4] = (1000).to_bytes(4, "little")
    return bytes(raw)


def nested() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/more.zip", "x")
    return content.getvalue()


def crowded() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(600):
            archive.writestr(f"xl/{number}", "")
    return content.getvalue()


@pytest.mark.parametrize("content", [lying, nested, crowded])
def test_an_archive_that_lies_nests_or_crowds_is_a_bomb(content: Any) -> None:
    with pytest.raises(Unreadable) as refused:
        require_workbook(content())
    assert refused.value.code is RefusalCode.BOMB
