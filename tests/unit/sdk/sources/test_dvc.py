from pathlib import Path

import pytest

import lineal
from lineal.data.sources import locate

MD5 = "0cc175b9c0f1b6a831c399e269772661"
CONFIG = """
[core]
    remote = storage
['remote "storage"']
    url = https://someone:word@host.test/dvc?token=word
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").write_text(CONFIG)
    (tmp_path / "data").mkdir()
    return tmp_path


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_a_dvc_file_is_its_output_by_md5_and_no_secret_is_kept(repository: Path) -> None:
    where = write(
        repository / "data" / "rows.csv.dvc",
        f"outs:\n- {{md5: {MD5}, size: 12, hash: md5, path: rows.csv}}\n",
    )
    found = locate(where)
    assert [(f.path, f.size, f.checksum) for f in found.files] == [(".", 12, f"md5:{MD5}")]
    assert found.source == "dvc:data/rows.csv.dvc at https://host.test/dvc"


def test_a_lock_file_is_the_outputs_of_all_stages(repository: Path) -> None:
    where = write(
        repository / "dvc.lock",
        f"""
schema: '2.0'
stages:
  prepare:
    cmd: python prepare.py
    deps:
    - {{path: raw, md5: {MD5}.dir, size: 9, nfiles: 2}}
    outs:
    - {{path: data/train, md5: {MD5}.dir, size: 5, nfiles: 2}}
  split:
    cmd: python split.py
    outs:
    - {{path: data/test.csv, md5: {MD5}, size: 3}}
""",
    )
    found = locate(where)
    assert [(f.path, f.size, f.checksum) for f in found.files] == [
        ("data/test.csv", 3, f"md5:{MD5}"),
        ("data/train", 5, f"md5:{MD5}.dir"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "outs: []",
        "outs:\n- path: x\n",
        "outs: [1]",
        "outs:\n- md5: ../../etc\n  path: x\n",
        f"outs:\n- md5: {MD5}\n  path: x\n  size: many\n",
        "a: [",
        "!!python/object/apply:os.system ['true']",
    ],
)
def test_what_is_no_dvc_file_is_refused(repository: Path, text: str) -> None:
    with pytest.raises(lineal.InputError):
        locate(write(repository / "x.dvc", text))
