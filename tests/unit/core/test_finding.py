"""Searching models and versions by the grammar of runs."""

import pytest

from functions.core.errors import InvalidRequestError
from functions.core.models.finding import Finding
from lineal_contract.lifecycle import ChangeLifecycle, LifecycleAction
from lineal_contract.registry import Describe, RegisterVersion, SearchQuery, SetAlias
from tests import builders
from tests.builders import MODEL, PROJECT
from tests.fakes.page_tokens import ClearPageTokens
from tests.unit.core.town import Town


@pytest.fixture
def town() -> Town:
    """Three versions of `diabetes`, one of `tumour`, one deleted, and another project's."""
    town = Town()
    for mae in (50.0, 40.0, 30.0):
        town.version(mae)
    run = builders.finished(1)
    wanted = RegisterVersion(
        run_id=run.run_id, artifact="model", request_id=builders.hex_id(77), semver="1.0.0"
    )
    town.registry.register(PROJECT, "tumour", wanted, builders.cause())
    town.curating.set_alias(PROJECT, MODEL, "best", SetAlias(version="3"), builders.cause())
    town.curating.describe(PROJECT, MODEL, Describe(tags={"team": "health"}), builders.cause())
    asked = ChangeLifecycle(action=LifecycleAction.DELETE, reason="wrong")
    town.curating.change_lifecycle(PROJECT, MODEL, "2", asked, builders.cause())
    return town


def versions(town: Town, text: str = "", **query: object) -> list[str]:
    found = Finding(town.models, ClearPageTokens()).find_versions(
        PROJECT, SearchQuery.model_validate({"filter": text} | query)
    )
    return [f"{v.model}@{v.version}" for v in found.items]


def models(town: Town, text: str = "") -> list[str]:
    found = Finding(town.models, ClearPageTokens()).find_models(PROJECT, SearchQuery(filter=text))
    return [model.model for model in found.items]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["diabetes@3", "diabetes@1", "tumour@1"]),
        ("metrics.mae < 45", ["diabetes@3"]),
        ("attributes.alias = 'best'", ["diabetes@3"]),
        ("attributes.semver = '1.0.0'", ["tumour@1"]),
        ("attributes.name LIKE 'tum%' AND attributes.stage = 'development'", ["tumour@1"]),
        ("attributes.status != 'active'", []),
        ("datasets.name = 'rows' AND attributes.version = 1", ["diabetes@1", "tumour@1"]),
        ("metrics.auc IS NULL AND NOT attributes.alias IS NULL", ["diabetes@3"]),
    ],
)
def test_versions_are_found_by_what_they_have(town: Town, text: str, found: list[str]) -> None:
    assert versions(town, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["diabetes", "tumour"]),
        ("tags.team = 'health'", ["diabetes"]),
        ("metrics.mae < 45", ["diabetes"]),
        ("attributes.alias = 'best' OR attributes.latest_semver = '1.0.0'", ["diabetes", "tumour"]),
        ("attributes.production_version IS NOT NULL", []),
    ],
)
def test_models_are_found_by_what_they_or_their_versions_have(
    town: Town, text: str, found: list[str]
) -> None:
    assert models(town, text) == found


def test_an_order_and_its_pages_lose_nothing(town: Town) -> None:
    finding, token, seen = Finding(town.models, ClearPageTokens()), None, []
    while True:
        query = SearchQuery(order_by="metrics.mae DESC", page_size=1, page_token=token)
        page = finding.find_versions(PROJECT, query)
        seen += [f"{v.model}@{v.version}" for v in page.items]
        if (token := page.next_page_token) is None:
            break
    assert seen == ["diabetes@1", "tumour@1", "diabetes@3"]


@pytest.mark.parametrize(
    "text", ["params.a = 1", "attributes.nope = 1", "metrics.mae <", "x" * 100, "datasets.y = 1"]
)
def test_a_filter_that_is_none_is_refused(town: Town, text: str) -> None:
    with pytest.raises(InvalidRequestError, match="filter"):
        versions(town, text)


def test_another_project_finds_nothing(town: Town) -> None:
    assert Finding(town.models, ClearPageTokens()).find_versions("another", SearchQuery()).items == ()
