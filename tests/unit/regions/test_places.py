"""Which county a point lies in, and which divisions a text names."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Final

import pytest
from hypothesis import example, given, strategies as st

from ops.seed_references import SOURCES, read_document
from services.regions.divisions.domain import division_table
from services.regions.places import queries
from services.regions.places.domain import (
    Datum,
    Entry,
    Form,
    Gazetteer,
    Mention,
    Near,
    Reason,
    gazetteer,
    near,
    outlines,
    read,
    short_name,
    spans,
    to_wgs84,
)

TODAY: Final = date(2026, 11, 24)
PATHS: Final = {load.__name__: path for load, path in SOURCES}
ENTRIES: Final = [
    Entry(each.code, each.name, each.level, each.parent, each.valid_from, each.valid_to)
    for each in division_table(read_document(PATHS["load_divisions"]))
]
NAMES: Final[Gazetteer] = gazetteer(ENTRIES, queries.known_former_names(), heirs={}, on_day=TODAY)
KNOWN: Final = sorted(NAMES.by_name)
# Names among other names and other words, as letters have them.
TEXTS: Final = st.lists(
    st.one_of(st.sampled_from(KNOWN), st.text("市区县路东西南北中新的在与,0a", max_size=4)),
    max_size=8,
).map("".join)
OWN: Final = st.lists(st.sampled_from(["33", "3302", "330281", "5101", "11"]), max_size=2)


def said(text: str, *own: str) -> list[tuple[str, list[str]]]:
    """Each mention and the codes it may mean, in their order."""
    return [
        (each.span.text, [candidate.named.code for candidate in each.candidates])
        for each in read(text, NAMES, own=own)
    ]


def only(text: str, *own: str) -> Mention:
    [mention] = read(text, NAMES, own=own)
    return mention


@given(text=TEXTS)
@example(text="余姚市余姚")
def test_every_mention_is_in_the_text_where_it_is_said_to_be(text: str) -> None:
    end = 0
    for span in spans(text, NAMES):
        assert text[span.start : span.end] == span.text
        assert span.start >= end, "mentions do not overlap"
        assert span.named == NAMES.by_name[span.text]
        end = span.end


@given(text=TEXTS)
def test_the_longest_name_that_begins_there_wins_and_none_is_passed_over(text: str) -> None:
    found = {span.start: span for span in spans(text, NAMES)}
    place = 0
    while place < len(text):
        here = [
            length
            for length in range(2, NAMES.longest + 1)
            if place + length <= len(text) and text[place : place + length] in NAMES.by_name
        ]
        assert (place in found) == bool(here)
        if here:
            assert found[place].end == place + max(here)
        place = found[place].end if place in found else place + 1


@given(text=TEXTS, own=OWN)
def test_ranking_loses_no_candidate_and_gives_each_a_reason(text: str, own: list[str]) -> None:
    for mention in read(text, NAMES, own=own):
        ranked = [each.named for each in mention.candidates]
        assert sorted(each.code for each in ranked) == sorted(
            each.code for each in mention.span.named
        )
        assert all(each.reasons for each in mention.candidates)


@given(own=OWN)
def test_the_same_question_has_the_same_answer(own: list[str]) -> None:
    text = "朝阳区与鼓楼区交界的西湖"

    assert read(text, NAMES, own=own) == read(text, NAMES, own=own)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("余姚市泗门镇与慈溪交界处", [("余姚市", ["330281"]), ("慈溪", ["330282"])]),
        ("渝北区龙溪街道", [("渝北区", ["500112"])]),
        (
            "浙江省宁波市奉化市溪口",
            [("浙江省", ["330000"]), ("宁波市", ["330200"]), ("奉化市", ["330283"])],
        ),
        ("没有地名的一句话", []),
        ("", []),
    ],
)
def test_a_text_names_what_it_names(text: str, expected: list[tuple[str, list[str]]]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "own", "first", "reason"),
    [
        ("朝阳区", "1101", "110105", Reason.OWN),
        ("朝阳区", "2201", "220104", Reason.OWN),
        ("朝阳", "2113", "211300", Reason.OWN),
        ("鼓楼区", "3501", "350102", Reason.OWN),
        ("鼓楼", "4102", "410204", Reason.OWN),
        ("鼓楼区", "350103", "350102", Reason.OWN_CITY),
        ("西湖区", "3601", "360103", Reason.OWN),
        ("西湖", "3302", "330106", Reason.OWN_PROVINCE),
        ("江北区", "3302", "330205", Reason.OWN),
    ],
)
def test_of_several_places_of_a_name_the_askers_own_stands_first(
    text: str, own: str, first: str, reason: Reason
) -> None:
    mention = only(text, own)

    assert len(mention.candidates) > 1, "ambiguous"
    assert mention.candidates[0].named.code == first
    assert reason in mention.candidates[0].reasons


def test_what_the_text_says_of_the_city_weighs_more_than_where_the_asker_sits() -> None:
    _, mention = read("南昌市西湖区", NAMES, own=["3301"])

    first, second = mention.candidates[:2]
    assert (first.named.code, second.named.code) == ("360103", "330106")
    assert Reason.WITHIN_NAMED in first.reasons
    assert Reason.OWN in second.reasons


def test_a_street_named_after_a_city_is_told_apart_and_moves_nothing() -> None:
    *_, street = read("福州市鼓楼区南京路12号", NAMES, own=[])

    assert street.span.text == "南京"
    assert Reason.STREET_NAME in street.candidates[0].reasons
    assert said("福州市鼓楼区南京路12号")[1][1][0] == "350102"
    assert said("鼓楼区南京路", "3501")[0][1][0] == "350102"


def test_a_former_name_says_what_has_its_place_now() -> None:
    [candidate] = only("渝北区").candidates

    assert candidate.named.form is Form.FORMER
    assert not candidate.named.valid
    assert candidate.named.now == ("500157",)


def test_a_name_of_today_stands_before_the_same_name_of_yesterday() -> None:
    codes = [each.named.code for each in only("江北区").candidates]

    assert codes == ["330205", "500105"]


def test_every_former_name_stands_for_divisions_of_today() -> None:
    codes = {each.code for each in ENTRIES}
    former = queries.known_former_names()

    assert len(former) > 70
    for each in former:
        assert set(each.now) <= codes, each.name
        assert each.code not in codes, each.name


def test_a_row_that_ended_is_a_former_name_and_one_to_come_is_no_name_yet() -> None:
    old = Entry("330283", "奉化市", ENTRIES[0].level, "330200", date(1990, 1, 1), date(2016, 9, 1))
    renamed = Entry("330213", "奉化新区", old.level, "330200", date(2030, 1, 1), None)
    heirs = {"330283": ("330213",)}
    names = gazetteer([*ENTRIES, old, renamed], [], heirs=heirs, on_day=TODAY)

    [held] = names.by_name["奉化市"]
    assert (held.code, held.form, held.valid) == ("330283", Form.FORMER, False)
    assert held.now == names.now("330283") == ("330213",)
    assert names.now("330213") == ()
    assert "奉化新区" not in names.by_name
    [then] = gazetteer([old], [], heirs={}, on_day=date(2016, 9, 1)).by_name["奉化市"]
    assert (then.form, then.valid) == (Form.FULL, True)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("余姚市", "余姚"),
        ("芒市", "芒市"),
        ("和县", "和县"),
        ("内蒙古自治区", "内蒙古"),
        ("新疆维吾尔自治区", "新疆"),
        ("恩施土家族苗族自治州", "恩施"),
        ("伊犁哈萨克自治州", "伊犁"),
        ("东乡族自治县", "东乡"),
        ("鄂温克族自治旗", "鄂温克"),
        ("隆林各族自治县", "隆林"),
        ("莫力达瓦达斡尔族自治旗", "莫力达瓦"),
        ("神农架林区", "神农架"),
        ("万柏林区", "万柏林"),
        ("浦东新区", "浦东"),
        ("香港特别行政区", "香港"),
        ("阿里地区", "阿里"),
    ],
)
def test_a_short_name_is_what_people_say(name: str, short: str) -> None:
    assert short_name(name) == short


def at(lon: float, lat: float, reach_m: float = 0) -> list[Near]:
    return near(queries.known_outlines(), lon=lon, lat=lat, reach_m=reach_m)


# Points well inside, as maps have them (WGS-84): a lake shore, hills, an island, a desert.
@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (104.115, 30.615, "510104"),
        (103.951, 30.689, "510105"),
        (121.154, 30.037, "330281"),
        (122.204, 30.244, "330921"),
        (122.107, 30.016, "330902"),
        (116.391, 39.907, "110101"),
        (106.551, 29.724, "500157"),
        (121.5, 31.24, "310115"),
        (113.75, 23.02, "441900"),
        (121.56, 25.03, "710000"),
    ],
)
def test_a_point_lies_in_its_county(lon: float, lat: float, code: str) -> None:
    [found] = at(lon, lat)

    assert (found.code, found.inside) == (code, True)


def test_every_county_but_two_has_an_outline_and_every_outline_a_division() -> None:
    document = json.loads((queries.DATA / "outlines_2024.json").read_bytes())
    codes = {each.code for each in ENTRIES}
    counties = {code for code in codes if not code.endswith("00")}

    assert document["outlines"].keys() <= codes
    assert counties - document["outlines"].keys() == {"653228", "653229"}
    assert all(document[name] for name in ("source", "licence", "datum", "derived_on"))


def test_a_point_at_sea_lies_in_no_county_and_the_nearest_comes_first() -> None:
    assert at(122.3, 30.2) == []
    found = at(122.3, 30.2, 30_000)

    assert [each.code for each in found] == ["330921", "330903", "330902"]
    assert not any(each.inside for each in found)
    assert [each.metres for each in found] == sorted(each.metres for each in found)
    assert found[0].metres == pytest.approx(3720, abs=20)


def encoded(corners: Sequence[tuple[int, int]]) -> str:
    """Google's encoded polyline of (longitude, latitude), written by its description."""
    letters = []
    for (x, y), (before_x, before_y) in zip(corners, [(0, 0), *corners], strict=False):
        for step in (y - before_y, x - before_x):
            value = ~(step << 1) if step < 0 else step << 1
            while value >= 0x20:
                letters.append(chr((0x20 | (value & 0x1F)) + 63))
                value >>= 5
            letters.append(chr(value + 63))
    return "".join(letters)


@given(
    st.lists(
        st.tuples(st.integers(-1_800_000, 1_800_000), st.integers(-900_000, 900_000)), min_size=1
    )
)
def test_an_outline_is_read_as_it_was_written(corners: list[tuple[int, int]]) -> None:
    [outline] = outlines({"outlines": {"1": [[0, 0, 1, 1], encoded(corners)]}})

    [(xs, ys)] = outline.rings
    assert list(zip(xs, ys, strict=True)) == corners


# Two squares of a hundredth of a degree with a common side.
SQUARES: Final = outlines(
    {
        "outlines": {
            "1": [[0, 0, 100, 100], encoded([(0, 0), (100, 0), (100, 100), (0, 100)])],
            "2": [[100, 0, 200, 100], encoded([(100, 0), (200, 0), (200, 100), (100, 100)])],
        }
    }
)


@given(x=st.floats(0.0001, 0.0099), y=st.floats(0.0001, 0.0099))
def test_the_distance_to_the_border_is_measured_from_both_sides_alike(x: float, y: float) -> None:
    first, second = near(SQUARES, lon=x, lat=y, reach_m=5000)

    assert (first.code, first.inside) == ("1", True)
    assert (second.code, second.inside) == ("2", False)
    east = (0.01 - x) * 111_195
    assert second.metres == pytest.approx(east, rel=0.001, abs=0.1)
    others = [x * 111_195, y * 111_195, (0.01 - y) * 111_195]
    assert first.metres == pytest.approx(min(east, *others), rel=0.001, abs=0.1)


@pytest.mark.parametrize(
    ("datum", "lon", "lat"),
    [
        # 天安门 as the three map services of each datum have it.
        (Datum.WGS84, 116.391265, 39.907340),
        (Datum.GCJ02, 116.397508, 39.908743),
        (Datum.BD09, 116.403875, 39.915121),
    ],
)
def test_a_point_of_each_datum_is_the_same_place(datum: Datum, lon: float, lat: float) -> None:
    found = to_wgs84(lon, lat, datum)

    assert found == pytest.approx((116.391265, 39.907340), abs=0.0001)


@given(lon=st.floats(75, 134), lat=st.floats(18, 53))
def test_turning_back_moves_no_point_farther_than_the_shift(lon: float, lat: float) -> None:
    east, north = to_wgs84(lon, lat, Datum.GCJ02)

    assert abs(east - lon) < 0.012
    assert abs(north - lat) < 0.008
