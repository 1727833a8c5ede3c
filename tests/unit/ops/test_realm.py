"""The sample realm: every login once, and organs enough for an answer to be reviewed twice."""

import pytest

from ops.realm import bureau_name, posts
from shared import divisions
from shared.auth.actor import Role

POSTS = list(posts())


def test_no_two_posts_share_a_login() -> None:
    assert len({post.login for post in POSTS}) == len(POSTS) == 166


def test_every_role_a_person_has_is_there_once_at_least() -> None:
    assert {post.role for post in POSTS} == set(Role) - {Role.PLATFORM}


def test_two_organs_above_each_county_of_zhejiang_can_review_its_answers() -> None:
    reviewing = {post.division for post in POSTS if post.role is Role.LEGAL_REVIEWER}
    counties = {post.division for post in POSTS if post.division[:2] == "33"} - reviewing
    counties = {each for each in counties if not each.endswith("00")}

    assert counties
    for county in counties:
        city = divisions.superior(county)
        assert city is not None
        assert {city, divisions.superior(city)} <= reviewing


@pytest.mark.parametrize(
    ("division", "name"),
    [
        ("330000", "浙江省生态环境厅"),
        ("330900", "舟山市生态环境局"),
        ("330200", "宁波市生态环境局"),
        ("330282", "宁波市生态环境局慈溪分局"),
        ("330902", "舟山市生态环境局定海分局"),
        ("500000", "重庆市生态环境局"),
        ("500115", "重庆市长寿区生态环境局"),
    ],
)
def test_a_bureau_is_named_by_its_place(division: str, name: str) -> None:
    assert bureau_name(division) == name
