import hashlib
from pathlib import Path
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest

import lineal
from lineal_contract.datasets import MAX_INLINE_FILES, DatasetManifest, digest_of
from lineal_contract.digests import dataset_digest
from tests.unit.sdk.fake_server import FakeServer


def test_a_file_counts_by_its_bytes(server: FakeServer, run: lineal.ActiveRun, tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_bytes(b"a,b\n1,2\n")
    dataset = run.use_dataset(file)
    sha256 = hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert (dataset.name, dataset.context, dataset.source) == ("data.csv", "training", str(file))
    assert dataset.digest == dataset_digest([(".", sha256, 8)])
    assert server.runs[run.id].datasets == (dataset,)
    assert b"a,b\n1,2\n" not in server.objects.values()


def test_a_copy_elsewhere_is_the_same_dataset(run: lineal.ActiveRun, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "x").write_text("x")
        (tmp_path / name / "y").write_text("y")
    one = run.use_dataset("d", tmp_path / "one", context="validation", source="s3://b/k")
    two = run.use_dataset("d", str(tmp_path / "two"))
    assert one.digest == two.digest
    assert [f.path for f in one.files] == ["sub/x", "y"]
    assert (one.context, one.source) == ("validation", "s3://b/k")
    (tmp_path / "two" / "y").write_text("z")
    assert run.use_dataset("d", tmp_path / "two").digest != one.digest


@pytest.mark.parametrize("data", [b"abc", bytearray(b"abc"), memoryview(b"abc")])
def test_bytes_count_as_they_are(run: lineal.ActiveRun, data: object) -> None:
    sha256 = hashlib.sha256(b"abc").hexdigest()
    assert run.use_dataset("d", data).digest == dataset_digest([(".", sha256, 3)])


def test_an_array_counts_by_type_shape_and_elements(run: lineal.ActiveRun) -> None:
    array = numpy.arange(6, dtype="<f8").reshape(2, 3)
    written = b'{"dtype":"<f8","shape":[2,3]}\n' + array.tobytes()
    digest = run.use_dataset("d", array).digest
    assert digest == dataset_digest([(".", hashlib.sha256(written).hexdigest(), len(written))])
    same = (numpy.asfortranarray(array), array.astype(">f8"), numpy.repeat(array, 2, axis=0)[::2])
    assert {run.use_dataset("d", a).digest for a in same} == {digest}
    others = (array.astype("f4"), array.reshape(3, 2), array + 1)
    assert digest not in {run.use_dataset("d", a).digest for a in others}


def test_a_frame_counts_by_columns_types_and_text(run: lineal.ActiveRun) -> None:
    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", None]})
    digest = run.use_dataset("d", frame).digest
    assert run.use_dataset("d", frame.copy()).digest == digest
    others = (frame.astype({"a": "float64"}), frame.rename(columns={"a": "c"}), frame.iloc[::-1])
    assert digest not in {run.use_dataset("d", f).digest for f in others}


@pytest.mark.parametrize("library", [pandas, polars])
def test_a_column_counts_as_the_table_of_it(run: lineal.ActiveRun, library: Any) -> None:
    table = library.DataFrame({"y": [1, 2]})
    column = run.use_dataset("d", table["y"])
    assert (column.digest, column.rows) == (run.use_dataset("d", table).digest, 2)


def test_what_has_no_stable_bytes_is_refused(run: lineal.ActiveRun) -> None:
    for data in ([1, 2], {"a": 1}, numpy.array([object()]), numpy.zeros(1, dtype=[("a", "i4")])):
        with pytest.raises(lineal.InputError):
            run.use_dataset("d", data)


def test_data_in_memory_needs_a_name(run: lineal.ActiveRun) -> None:
    with pytest.raises(lineal.InputError, match="name"):
        run.use_dataset(b"abc")


def test_an_empty_folder_is_no_dataset(run: lineal.ActiveRun, tmp_path: Path) -> None:
    with pytest.raises(lineal.InputError, match="no file"):
        run.use_dataset(tmp_path)


def test_a_dataset_of_many_files_has_them_in_a_stored_manifest(
    server: FakeServer, run: lineal.ActiveRun, tmp_path: Path
) -> None:
    for number in range(MAX_INLINE_FILES + 1):
        (tmp_path / f"{number:04}").write_bytes(b"%d" % number)
    dataset = run.use_dataset("many", tmp_path)
    assert (dataset.files, dataset.file_count) == ((), MAX_INLINE_FILES + 1)
    assert dataset.manifest is not None
    manifest = DatasetManifest.model_validate_json(server.objects[dataset.manifest])
    assert len(manifest.files) == MAX_INLINE_FILES + 1
    assert digest_of(manifest.files) == manifest.digest == dataset.digest


def test_a_table_of_any_library_counts_by_its_text(run: lineal.ActiveRun) -> None:
    columns = {"a": [1, 2], "b": ["x", None]}
    for make in (polars.DataFrame, pyarrow.table):
        digest = run.use_dataset("d", make(columns)).digest
        assert run.use_dataset("d", make(columns)).digest == digest
        assert run.use_dataset("d", make(columns | {"a": [1, 3]})).digest != digest
        with pytest.raises(lineal.InputError, match="file"):
            run.use_dataset("d", make({"nested": [[1], [2, 3]]}))


@pytest.mark.parametrize("where", ["https://host.test/x", "gs://bucket/x", "file:///etc/passwd"])
def test_other_places_are_not_read(run: lineal.ActiveRun, where: str) -> None:
    with pytest.raises(lineal.InputError, match="not a place"):
        run.use_dataset(where)
