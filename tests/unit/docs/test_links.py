"""What the documents point at exists: files, headings, environment variables, rights."""

import re
from pathlib import Path
from typing import Final

import pytest
from pydantic_settings import BaseSettings

from gateway.config import GatewaySettings
from services.identity.config import IdentitySettings
from services.petitions.config import PetitionsSettings
from services.regions.config import RegionsSettings
from services.tasks.config import TasksSettings
from shared.auth.policy import RIGHTS
from shared.http.server import HttpSettings
from shared.settings import FaultSettings

ROOT: Final = Path(__file__).parents[3]
PAGES: Final = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)
VARIABLE: Final = re.compile(r"`((?:LIANDONG_|DATABASE_|TEST_DATABASE_)[A-Z_]+)`")
PATH: Final = re.compile(
    r"`((?:bench|docker|gateway|migrations|ops|services|shared|tests)/[\w/.-]*)[`:]"
)
ACTION: Final = re.compile(r"`([a-z_]+\.[a-z_]+)`")
SETTINGS: Final[tuple[type[BaseSettings], ...]] = (
    FaultSettings,
    GatewaySettings,
    HttpSettings,
    IdentitySettings,
    PetitionsSettings,
    RegionsSettings,
    TasksSettings,
)
# Read by the command, the tests and compose, not by a settings class.
ELSEWHERE: Final = {
    "DATABASE_URL": "ops/postgres.py",
    "LIANDONG_READY_JSON": "ops/cli.py",
    "TEST_DATABASE_URL": "tests/support/postgres.py",
    "LIANDONG_PUBLIC_URL": "docker/compose.yaml",
}


def is_broken(page: Path, target: str) -> bool:
    """Whether a relative link leads to no file, or to no heading of its page."""
    path, _, anchor = target.partition("#")
    found = (page.parent / path).resolve() if path else page
    return not found.exists() or bool(anchor and anchor not in anchors(found))


def anchors(page: Path) -> set[str]:
    """The names GitHub gives to the headings of a page."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def variables_read() -> set[str]:
    """Every variable a settings class reads."""
    return {
        f"{each.model_config.get('env_prefix', '')}{name}".upper()
        for each in SETTINGS
        for name in each.model_fields
    }


def documented(page: str, pattern: re.Pattern[str]) -> set[str]:
    return set(pattern.findall((ROOT / "docs" / page).read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))

    assert [each for each in targets if "://" not in each and is_broken(page, each)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_is_named_exists(page: Path) -> None:
    named = PATH.findall(page.read_text(encoding="utf-8"))

    assert [each for each in named if not (ROOT / each).exists()] == []


def test_operations_names_every_variable_and_no_other() -> None:
    known = variables_read() | ELSEWHERE.keys()

    assert documented("operations.md", VARIABLE) == known


@pytest.mark.parametrize(("variable", "file"), list(ELSEWHERE.items()))
def test_a_variable_outside_the_settings_is_read_where_we_think(variable: str, file: str) -> None:
    assert variable in (ROOT / file).read_text(encoding="utf-8")


def test_security_names_every_right_and_no_other() -> None:
    assert documented("security.md", ACTION) == RIGHTS.keys()


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(page.name[:4]) for page in (ROOT / "docs/decisions").glob("*.md"))

    assert numbers == list(range(1, len(numbers) + 1))


def test_both_readmes_show_the_same_commands() -> None:
    english, chinese = (
        re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
        for name in ("README.md", "README.zh-CN.md")
    )

    assert [_commands(each) for each in english] == [_commands(each) for each in chinese]


def _commands(block: str) -> str:
    """A block without comments and without the language it asks for."""
    without_comments = re.sub(r"  # .*$", "", block, flags=re.MULTILINE)
    return without_comments.replace('step["en"]', 'step["zh"]').replace(
        " -H 'Accept-Language: en'", ""
    )
