"""Where the stricter engine comes from: what the user names, and nothing else."""

from pathlib import Path

import pytest

from tests.engines.fetching import SETTINGS, VARIABLE, CannotFetchError, main, repository

ABSENT = "0" * 64 + " com/example/none.jar\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_without_a_repository_it_is_said_what_to_name(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "pinned").write_text(ABSENT)
    monkeypatch.setattr("tests.engines.fetching.PINNED", home / "pinned")
    assert main() == 3
    assert VARIABLE in capsys.readouterr().err


def test_mavens_own_mirror_is_taken_and_the_variable_before_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home / SETTINGS
    settings.parent.mkdir()
    settings.write_text(
        '<settings xmlns="http://maven.apache.org/SETTINGS/1.2.0"><mirrors><mirror><id>m</id>'
        "<url>https://mirror.test/maven/</url></mirror></mirrors></settings>"
    )
    assert repository() == "https://mirror.test/maven"
    monkeypatch.setenv(VARIABLE, "https://named.test")
    assert repository() == "https://named.test"


def test_a_repository_without_encryption_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "http://named.test")
    with pytest.raises(CannotFetchError, match="https"):
        repository()
