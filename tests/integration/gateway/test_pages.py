"""What the gateway answers itself."""

import re
from collections.abc import Iterator

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.integration.gateway.conftest import Process

EXTERNAL = re.compile(r"""(?:src|href|url)\s*[=(:]\s*["']?(?:https?:)?//""")


@pytest.fixture
def visitor(gateway: Process) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_asks_nobody_else(visitor: httpx.Client, path: str) -> None:
    page = visitor.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert EXTERNAL.search(page.text) is None
    for link in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert visitor.get(link).status_code == 200, link


def test_the_home_page_speaks_both_languages(visitor: httpx.Client) -> None:
    text = visitor.get("/").text
    assert "跨区域生态环境联合执法" in text
    assert "Joint environmental enforcement" in text


def test_health_is_that_of_the_services(visitor: httpx.Client) -> None:
    assert visitor.get("/healthz").json() == {"status": "ok"}
    ready = visitor.get("/readyz").json()
    assert ready["status"] == "ready"
    assert set(ready["services"]) == {"identity", "regions", "tasks", "petitions"}


def test_the_document_is_valid_and_shows_what_is_forwarded(visitor: httpx.Client) -> None:
    document = visitor.get("/openapi.json").json()
    OpenAPIV31SpecValidator(document).validate()
    assert list(document["paths"]) == ["/api/v1/petitions"]
    operation = document["paths"]["/api/v1/petitions"]["get"]
    assert operation["x-action"] == "petitions.read"
    assert operation["tags"] == ["petitions"]


def test_a_page_is_only_read(visitor: httpx.Client) -> None:
    assert visitor.head("/").status_code == 200
    refused = visitor.post("/")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
