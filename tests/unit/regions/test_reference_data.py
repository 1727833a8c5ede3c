"""The data files of the repository say what the country looks like."""

from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from ops.seed_references import SOURCES, read_document
from services.petitions.profiles.domain import PROFILES, STATUTORY_CLOCKS
from services.regions.calendars.domain import calendar_years, legal_bases
from services.regions.divisions.domain import (
    TOUCHING,
    BadTable,
    BorderKind,
    NotAZoneCode,
    NoZoneHere,
    ZoneCodesUsedUp,
    ZoneExists,
    border_table,
    division_table,
    zone_code,
    zone_codes,
)
from shared import divisions
from shared.clocks.calendar import WorkCalendar
from shared.divisions import Level

FILES: Final[dict[str, Path]] = {load.__name__: path for load, path in SOURCES}
DIVISIONS: Final = division_table(read_document(FILES["load_divisions"]))
BORDERS: Final = border_table(read_document(FILES["load_borders"]))
CODES: Final = {each.code: each for each in DIVISIONS}
NINGBO: Final = "330200"
FIVE_CITIES: Final = ("510100", "510600", "511800", "511400", "512000")


def neighbours(code: str) -> set[str]:
    ends = [(each.a, each.b) for each in BORDERS if each.kind in TOUCHING]
    return {b for a, b in ends if a == code} | {a for a, b in ends if b == code}


def test_there_are_3212_divisions_on_three_levels() -> None:
    assert len(DIVISIONS) == 3212
    assert Counter(each.level for each in DIVISIONS)[Level.PROVINCE] == 34
    assert all(divisions.CODE.fullmatch(each.code) for each in DIVISIONS)


def test_every_superior_is_a_division_that_lies_above() -> None:
    for each in DIVISIONS:
        assert (each.parent is None) == (each.level is Level.PROVINCE)
        if each.parent:
            assert CODES[each.parent].level is not Level.COUNTY
            assert each.code.startswith(divisions.scope(each.parent))


@pytest.mark.parametrize(
    ("code", "parent"),
    [
        ("330281", "330200"),
        ("330200", "330000"),
        ("110101", "110000"),
        ("419001", "410000"),
        ("710000", None),
    ],
)
def test_the_superior_follows_from_the_code(code: str, parent: str | None) -> None:
    assert CODES[code].parent == parent


def test_there_are_8041_borders_between_counties_of_the_table() -> None:
    touching = [each for each in BORDERS if each.kind in TOUCHING]
    assert len(touching) == len({(each.a, each.b) for each in touching}) == 8041
    for each in BORDERS:
        assert CODES[each.a].level is CODES[each.b].level is Level.COUNTY


def test_ningbo_has_ten_counties_and_their_real_neighbours() -> None:
    counties = {each.code: each.name for each in DIVISIONS if each.parent == NINGBO}

    assert counties == {
        "330203": "海曙区",
        "330205": "江北区",
        "330206": "北仑区",
        "330211": "镇海区",
        "330212": "鄞州区",
        "330213": "奉化区",
        "330225": "象山县",
        "330226": "宁海县",
        "330281": "余姚市",
        "330282": "慈溪市",
    }
    assert neighbours("330282") == {"330205", "330211", "330281"}
    assert neighbours("330206") == {"330211", "330212"}
    assert neighbours("330225") == {"330226"}


def test_five_cities_meet_in_30_pairs_of_25_counties() -> None:
    scopes = tuple(divisions.scope(each) for each in FIVE_CITIES)
    pairs = [
        (each.a, each.b)
        for each in BORDERS
        if each.kind in TOUCHING
        and each.a.startswith(scopes)
        and each.b.startswith(scopes)
        and divisions.city_of(each.a) != divisions.city_of(each.b)
    ]

    assert len(pairs) == 30
    assert len({code for pair in pairs for code in pair}) == 25
    cities = {frozenset(map(divisions.city_of, pair)) for pair in pairs}
    assert len(cities) == 7


def test_zhoushan_has_one_land_pair_and_its_neighbours_over_the_sea() -> None:
    """定海–普陀 touch; 岱山 and 嵊泗 touch nobody, and the mainland is near over the water."""
    of_zhoushan = [each for each in BORDERS if "3309" in (each.a[:4], each.b[:4])]

    by_land = [(each.a, each.b) for each in of_zhoushan if each.kind in TOUCHING]
    by_sea = {(each.a, each.b): each.km for each in of_zhoushan if each.kind is BorderKind.SEA}
    assert by_land == [("330902", "330903")]
    assert len(by_sea) == 15
    assert by_sea["330902", "330921"] == by_sea["330206", "330903"] == 2.5
    assert by_sea["330921", "330922"] == 20.5
    assert by_sea["310115", "330922"] == 27.2
    assert max(by_sea.values()) < 30


def test_the_shores_of_hangzhou_bay_meet_in_the_water() -> None:
    water = {(each.a, each.b) for each in BORDERS if each.kind is BorderKind.WATER}

    assert ("330281", "330424") in water
    assert len(water) == 4


def test_no_published_code_is_one_of_a_functional_zone() -> None:
    cities = [
        each.code
        for each in DIVISIONS
        if each.level is Level.CITY or each.code[:2] in divisions.MUNICIPALITIES
    ]
    zones = {
        code
        for city in cities
        if city.endswith("00") and (city[2:4] != "00" or city[:2] in divisions.MUNICIPALITIES)
        for code in zone_codes(city)
    }

    assert len(zones) > 6000
    assert zones & CODES.keys() == set()


@pytest.mark.parametrize("city", ["330200", "441900", "500000"])
def test_a_zone_lies_in_its_citys_subtree(city: str) -> None:
    for code in zone_codes(city):
        assert divisions.covers(divisions.scope(city), code)
        assert divisions.superior(code) == city


def test_zone_codes_are_given_out_in_order_and_never_twice() -> None:
    assert zone_code("330200", None, used=()) == "330271"
    assert zone_code("330200", None, used={"330271"}) == "330272"
    assert zone_code("330200", "330299", used={"330271"}) == "330299"
    with pytest.raises(ZoneExists):
        zone_code("330200", "330271", used={"330271"})
    with pytest.raises(ZoneCodesUsedUp):
        zone_code("330200", None, used=zone_codes("330200"))


@pytest.mark.parametrize("wanted", ["330280", "330290", "330270", "330371", "330281"])
def test_a_zone_takes_no_code_that_a_county_could_have(wanted: str) -> None:
    with pytest.raises(NotAZoneCode):
        zone_code("330200", wanted, used=())


@pytest.mark.parametrize("parent", ["330281", "330000", "330271", "500112"])
def test_a_zone_lies_below_a_city_or_a_municipality_only(parent: str) -> None:
    with pytest.raises(NoZoneHere):
        zone_codes(parent)


def test_every_file_names_its_source_and_its_date() -> None:
    for path in FILES.values():
        document = read_document(path)
        assert document["source"]
        assert document["derived_on"] == "2026-11-22"


def test_the_calendar_knows_each_year_from_2004_to_2026() -> None:
    years = calendar_years(read_document(FILES["load_calendars"]))

    assert [each.year for each in years] == list(range(2004, 2027))
    assert {each.version for each in years} == {1}
    assert WorkCalendar.of(years).years.keys() == set(range(2004, 2027))


def test_laws_are_dated_and_the_old_one_ends_when_the_code_begins() -> None:
    rows = legal_bases(read_document(FILES["load_legal_bases"]))
    by_law = {each.law_code: each for each in rows}

    keys = {(each.law_code, each.article, each.valid_from) for each in rows}
    assert len(keys) == len(rows)
    assert str(by_law["environmental-protection-law"].valid_to) == "2026-08-14"
    assert str(by_law["ecological-environment-code"].valid_from) == "2026-08-15"
    petition_articles = {
        each.article for each in rows if each.law_code == "regulations-on-petition-work"
    }
    assert {"17", "19", "22", "23", "34", "35", "36", "44", "45"} <= petition_articles


def test_every_article_that_a_petitions_clock_stands_on_is_published() -> None:
    rows = legal_bases(read_document(FILES["load_legal_bases"]))
    published = {(each.law_code, each.article) for each in rows}
    laws = {law for law, _ in published}
    terms = [
        *(each.term for each in STATUTORY_CLOCKS.values()),
        *(term for each in PROFILES for term in (each.accept, each.begin, each.close)),
    ]
    stood_on = {(term.basis.law_code, term.basis.article) for term in terms if term}

    # Practice of which only an excerpt is known has no dated text to publish.
    assert {basis for basis in stood_on if basis[0] in laws} <= published
    assert {"regulations-on-petition-work", "zhejiang-petition-regulations"} <= laws


@pytest.mark.parametrize(
    "rows", [[["330281", "余姚市"], ["330281", "余姚"]], [["33028", "余姚市"]], [["o30281", "x"]]]
)
def test_a_table_that_contradicts_itself_is_not_taken(rows: list[Any]) -> None:
    with pytest.raises(BadTable):
        division_table({"valid_from": "2026-01-01", "divisions": rows})


@pytest.mark.parametrize("pair", [{"330282": {"330281": 1.0}}, {"330281": {"330282": 0}}])
def test_a_border_stands_under_its_lower_code_and_has_a_length(pair: dict[str, Any]) -> None:
    with pytest.raises(BadTable):
        border_table({"borders": pair})
    with pytest.raises(BadTable):
        border_table({"borders": {}, "sea": pair})


def test_a_water_border_without_a_border_is_not_taken() -> None:
    with pytest.raises(BadTable):
        border_table({"borders": {"330281": {"330282": 1}}, "water": [["330281", "330283"]]})
