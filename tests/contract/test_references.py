"""How versions are named: the forms, what is refused, and the order of semantic versions."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from lineal_contract.references import AliasName, Kind, VersionSelector, is_alias, reference, selector
from lineal_contract.semver import Bump, bumped, is_semver, precedence

ALIAS: TypeAdapter[str] = TypeAdapter(AliasName)
HOSTILE = [
    "", "0", "01", "v0", "v01", "-1", "+1", "1.0", "1.2.3.4", "01.2.3", "1.2.3+build", "1.2.3-", "1e3", "V3",
    "1 ", " 1", "1\n", "٣", "v٣", "../1", "a/b", "a@b", "a b", "http://x", "development", "staging",
    "archived", "Champion", "x" * 65, "-a", "1.2.3-01", "%31",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("3", Kind.NUMBER, "3"), ("v3", Kind.NUMBER, "3"), ("1.2.0", Kind.SEMVER, "1.2.0"),
        ("1.2.0-rc.1", Kind.SEMVER, "1.2.0-rc.1"), ("latest", Kind.LATEST, "latest"),
        ("production", Kind.PRODUCTION, "production"), ("champion", Kind.ALIAS, "champion"),
        ("v3-candidate", Kind.ALIAS, "v3-candidate"), ("8a5edab", Kind.COMMIT, "8a5edab"),
        ("1234567", Kind.COMMIT, "1234567"), ("a" * 40, Kind.COMMIT, "a" * 40),
    ],
)  # fmt: skip
def test_a_selector_is_of_one_kind(text: str, kind: Kind, value: str) -> None:
    assert (selector(text).kind, str(selector(text))) == (kind, value)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_names_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a version is named by"):
        selector(text)
    with pytest.raises(ValidationError):
        TypeAdapter(VersionSelector).validate_python(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("diabetes@3", "diabetes@3"), ("diabetes@champion", "diabetes@champion"),
        ("models:/diabetes/3", "diabetes@3"), ("models:/diabetes@champion", "diabetes@champion"),
        ("models:/diabetes/Production", "diabetes@production"),
        ("models:/diabetes/latest", "diabetes@latest"),
    ],
)  # fmt: skip
def test_a_reference_names_model_and_version(text: str, meant: str) -> None:
    assert str(reference(text)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "diabetes",
        "@3",
        "diabetes@",
        "a@b@3",
        "http://x@3",
        "models://x/3",
        "models:/x",
        "a/b@3",
        "models:/x/Staging",
    ],
)
def test_a_reference_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"named|name"):
        reference(text)


@given(st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,20}", fullmatch=True))
def test_an_alias_never_reads_as_something_else(text: str) -> None:
    try:
        kind = selector(text).kind
    except ValueError:
        assert not is_alias(text)
    else:
        assert is_alias(text) == (kind is Kind.ALIAS)


@pytest.mark.parametrize("text", ["latest", "v3", "3", "production", "staging", "deadbeef", "", "a b", "-a"])
def test_an_alias_that_names_something_else_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        ALIAS.validate_python(text)


def test_semantic_versions_are_ordered_as_the_standard_says() -> None:
    ordered = [
        "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
        "1.0.0-rc.1", "1.0.0", "1.0.1", "1.1.0", "1.10.0", "2.0.0",
    ]  # fmt: skip
    by_name = sorted(ordered)
    assert sorted(by_name, key=precedence) == ordered


@pytest.mark.parametrize(
    ("highest", "bump", "following"),
    [
        (None, Bump.MAJOR, "1.0.0"), (None, Bump.MINOR, "0.1.0"), (None, Bump.PATCH, "0.0.1"),
        ("1.2.3", Bump.MAJOR, "2.0.0"), ("1.2.3", Bump.MINOR, "1.3.0"), ("1.2.3", Bump.PATCH, "1.2.4"),
        ("2.0.0-rc.1", Bump.MAJOR, "2.0.0"), ("2.0.0-rc.1", Bump.PATCH, "2.0.0"),
        ("1.3.0-rc.1", Bump.MINOR, "1.3.0"), ("1.2.3-rc.1", Bump.MINOR, "1.3.0"),
    ],
)  # fmt: skip
def test_the_next_version(highest: str | None, bump: Bump, following: str) -> None:
    assert bumped(highest, bump) == following


@given(st.lists(st.sampled_from([Bump.MAJOR, Bump.MINOR, Bump.PATCH]), min_size=1, max_size=30))
def test_each_bump_is_higher_than_all_before(bumps: list[Bump]) -> None:
    versions: list[str] = []
    for bump in bumps:
        versions.append(bumped(versions[-1] if versions else None, bump))
    assert all(is_semver(version) for version in versions)
    assert all(precedence(a) < precedence(b) for a, b in itertools.pairwise(versions))
