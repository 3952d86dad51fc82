"""What is chosen, what is fetched, and what the journal remembers."""

from pathlib import Path

import pytest

from lineal.errors import InputError
from lineal.importing import Selection, plan
from lineal.importing.files import WHOLE, artifacts, fetch_all
from lineal.importing.journal import Journal, fingerprint
from lineal.importing.records import Holder, Place, RegisteredModelRecord
from lineal.importing.report import Outcome, Report
from tests.unit.sdk.importing.memory_source import MemorySource, experiment, run, version


def filled() -> MemorySource:
    return MemorySource(
        all_experiments=[experiment("a"), experiment("b"), experiment("gone", deleted=True)],
        all_runs=[run("1", "a", 5_000), run("2", "a", 1_000), run("3", "b"), run("4", "b", deleted=True)],
        all_models=[
            RegisteredModelRecord("m", "", {}, {}, 1, (version("m", 1, "1"), version("m", 2, "3"))),
            RegisteredModelRecord("empty", "", {}, {}, 1),
        ],
    )


def test_all_is_chosen_but_what_was_deleted() -> None:
    chosen = plan(filled(), Selection())
    assert [each.name for each in chosen.experiments.values()] == ["a", "b"]
    assert list(chosen.runs) == ["2", "3", "1"]
    assert [model.name for model in chosen.models] == ["m", "empty"]
    assert list(plan(filled(), Selection(deleted=True)).runs) == ["2", "3", "4", "1"]


def test_a_part_has_the_versions_of_its_runs_and_names_the_others() -> None:
    chosen = plan(filled(), Selection(experiments=("b",)))
    assert [(v.model, v.number) for v in chosen.versions] == [("m", 2)]
    assert [skipped[:2] for skipped in chosen.skipped] == [("m", "1")]
    assert list(plan(filled(), Selection(since=2_000)).runs) == ["1"]
    assert chosen.wanted_of(Holder.RUN, "3") == ["model"]


def test_an_experiment_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="no experiment 'nope'; it has 'a', 'b'"):
        plan(filled(), Selection(experiments=("nope",)))


def test_files_stay_in_the_folder_and_what_is_missing_is_told(tmp_path: Path) -> None:
    source = MemorySource(
        contents={
            ("1", "model/MLmodel"): b"x",
            ("1", "../../outside"): b"evil",
            ("1", "model/gone"): None,
            ("2", "other"): b"y",
        }
    )
    told: list[str] = []
    below = tmp_path / "below"
    fetched = fetch_all(source, Place(Holder.RUN, "1"), below, told.append)
    assert list(fetched) == ["model/MLmodel"]
    assert ["left out" in told[0], "gone" in told[1], len(told)] == [True, True, 2]
    assert not (tmp_path.parent / "outside").exists()


def test_artifacts_are_what_lies_on_top_and_what_versions_are_made_of(tmp_path: Path) -> None:
    contents = {("1", path): b"x" for path in ("model/deep/a", "model/deep/b", "d.json")}
    fetched = fetch_all(MemorySource(contents=contents), Place(Holder.RUN, "1"), tmp_path, print)
    found = artifacts(fetched, ["model/deep", "", "nothing"])
    assert {name: [file.path for file in files] for name, files in found.items()} == {
        "d.json": ["d.json"],
        "model": ["deep/a", "deep/b"],
        "model/deep": ["a", "b"],
        WHOLE: ["d.json", "model/deep/a", "model/deep/b"],
    }


def test_a_folder_of_more_files_than_an_artifact_has_becomes_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lineal.importing.files.MAX_FILES", 1_000)
    contents = {("1", f"many/{n:04}"): b"" for n in range(1_001)}
    fetched = fetch_all(MemorySource(contents=contents), Place(Holder.RUN, "1"), tmp_path, print)
    assert {name: len(files) for name, files in artifacts(fetched).items()} == {"many": 1_000, "many~2": 1}


def test_the_journal_knows_what_was_verified_even_when_it_was_cut_short(tmp_path: Path) -> None:
    done, record = Outcome(id="1", verified=True), run("1", "a")
    mark = fingerprint(record)
    journal = Journal(tmp_path, "source", "https://api", "team")
    journal.write("runs", "1", mark, done)
    journal.write("runs", "2", mark, Outcome(id="2", verified=False))
    journal.close()
    with journal.path.open("ab") as file:
        file.write(b'{"kind": "runs", "of": "3"')
    again = Journal(tmp_path, "source", "https://api", "team")
    again.write("runs", "4", mark, done)
    again.close()
    third = Journal(tmp_path, "source", "https://api", "team")
    assert third.outcome("runs", "1", mark) == done
    assert third.outcome("runs", "1", fingerprint(run("1", "a", started_at=9))) is None
    assert third.outcome("runs", "2", mark) is None
    assert third.outcome("runs", "4", mark) == done
    third.close()
    other = Journal(tmp_path, "source", "https://api", "other")
    assert other.outcome("runs", "1", mark) is None
    other.close()


def test_a_report_is_identical_only_with_everything_read_back() -> None:
    report = Report(source="s", kind="mlflow", project="p")
    assert report.identical
    report.counts["runs"].found = 1
    assert not report.identical
    report.counts["runs"].verified = 1
    report.points = report.points.model_copy(update={"found_digest": "a", "stored_digest": "b"})
    assert not report.identical
