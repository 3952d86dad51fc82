import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lineal.capture.code import capture_code
from lineal.capture.environment import capture_environment, digest_of
from lineal.capture.git import Repository, without_credentials
from lineal.capture.switches import Item
from lineal_contract.runs import MAX_PATCH_CHARS


def git(folder: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *settings, *arguments], cwd=folder, check=True, capture_output=True)
    return done.stdout.decode(errors="replace").strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit of text, other text, binary, a script, and a file that will go."""
    top = tmp_path / "repository"
    (top / "src").mkdir(parents=True)
    git(tmp_path, "init", "-q", str(top))
    (top / "src" / "train.py").write_text("print(1)\n")
    (top / "crlf.txt").write_bytes(b"a\r\nb\r\n")
    (top / "latin.txt").write_bytes("café\n".encode("latin-1"))
    (top / "binary").write_bytes(bytes(range(256)))
    (top / "going.txt").write_text("bye\n")
    git(top, "add", ".")
    git(top, "commit", "-q", "-m", "one")
    return top


def edit(top: Path) -> None:
    (top / "src" / "train.py").write_text("print(2)")
    (top / "crlf.txt").write_bytes(b"a\r\nc\r\n")
    (top / "binary").write_bytes(bytes(range(255, -1, -1)))
    (top / "going.txt").unlink()
    (top / "naïve new.txt").write_text("added\n")
    git(top, "add", "naïve new.txt")


def files(top: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(top)): p.read_bytes()
        for p in top.rglob("*")
        if p.is_file() and ".git" not in p.relative_to(top).parts
    }


def test_a_clean_commit(repository: Path) -> None:
    code = capture_code(repository / "src" / "train.py")
    assert code.commit == git(repository, "rev-parse", "HEAD")
    assert (code.branch, code.dirty, code.patch, code.patch_digest) == ("main", False, None, None)
    assert code.script == "src/train.py"
    assert code.script_digest == hashlib.sha256(b"print(1)\n").hexdigest()


@pytest.mark.parametrize("latin", [False, True], ids=["utf-8", "other text"])
def test_the_patch_gives_the_same_files_again(repository: Path, tmp_path: Path, latin: bool) -> None:
    edit(repository)
    if latin:
        (repository / "latin.txt").write_bytes("cafés\n".encode("latin-1"))
    code = capture_code(repository / "src" / "train.py")
    assert code.dirty
    assert code.patch is not None
    assert code.patch_digest == hashlib.sha256(code.patch.encode()).hexdigest()
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(repository), str(clone))
    (tmp_path / "patch").write_bytes(code.patch.encode())
    git(clone, "apply", str(tmp_path / "patch"))
    assert files(clone) == files(repository)


@pytest.mark.parametrize(
    "setting",
    [
        "diff.noprefix=true", "diff.mnemonicPrefix=true", "color.ui=always", "diff.external=false",
        "diff.relative=true", "diff.renames=copies", "core.pager=false", "diff.submodule=log",
    ],
)  # fmt: skip
def test_the_users_settings_do_not_change_the_patch(repository: Path, setting: str) -> None:
    edit(repository)
    expected = capture_code(repository / "src" / "train.py").patch
    git(repository, "config", *setting.split("="))
    assert capture_code(repository / "src" / "train.py").patch == expected


def test_capturing_changes_nothing_in_the_repository(repository: Path) -> None:
    edit(repository)
    (repository / "src" / "train.py").touch()
    before = {p: p.stat().st_mtime_ns for p in repository.rglob("*")}
    capture_code(repository / "src" / "train.py")
    assert {p: p.stat().st_mtime_ns for p in repository.rglob("*")} == before


def test_a_patch_without_room_is_named_by_its_digest(repository: Path) -> None:
    (repository / "src" / "train.py").write_text("x\n" * MAX_PATCH_CHARS)
    code = capture_code(repository / "src" / "train.py")
    assert (code.dirty, code.patch) == (True, None)
    assert code.patch_digest is not None


def test_a_detached_head_has_no_branch(repository: Path) -> None:
    git(repository, "checkout", "-q", "--detach")
    assert capture_code(repository / "src" / "train.py").branch is None


def test_outside_git_there_is_the_script_and_no_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text("1")
    code = capture_code(tmp_path / "train.py")
    assert (code.commit, code.script, code.dirty) == (None, "train.py", False)
    assert code.script_digest == hashlib.sha256(b"1").hexdigest()
    assert capture_code(tmp_path / "train.py").source == "1"
    assert [p.name for p in tmp_path.iterdir()] == ["train.py"]


def test_the_text_of_a_script_is_kept_where_no_commit_has_it(repository: Path) -> None:
    assert capture_code(repository / "src" / "train.py").source is None
    (repository / "new.py").write_text("print('new')\n")
    code = capture_code(repository / "new.py")
    assert (code.source, code.script, code.dirty) == ("print('new')\n", "new.py", False)
    assert capture_code(repository / "new.py", {Item.CODE}).source is None


def test_a_repository_without_commits_counts_as_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "train.py").write_text("1")
    assert capture_code(tmp_path / "train.py").commit is None


def test_without_git_installed_there_is_the_script(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code = capture_code(repository / "src" / "train.py")
    assert code.commit is None
    assert code.script_digest is not None


def test_the_running_script_is_found(repository: Path) -> None:
    program = (
        "from lineal.capture.code import capture_code\n"
        "code = capture_code()\n"
        "print(code.script, code.script_digest, code.commit)\n"
    )
    script = repository / "src" / "own.py"
    script.write_text(program)
    sdk = Path(__file__).parents[3] / "sdk"
    done = subprocess.run(
        [sys.executable, str(script), "--token=secret"],
        cwd=repository,
        env={"PYTHONPATH": str(sdk), "PATH": os.environ["PATH"]},
        capture_output=True,
        check=True,
    )
    name, digest, commit = done.stdout.decode().split()
    assert (name, digest) == ("src/own.py", hashlib.sha256(program.encode()).hexdigest())
    assert commit == git(repository, "rev-parse", "HEAD")


@pytest.mark.parametrize(
    ("remote", "recorded"),
    [
        ("https://host.test/team/repo.git", "https://host.test/team/repo.git"),
        ("https://user:token@host.test/team/repo.git", "https://host.test/team/repo.git"),
        ("https://token@host.test:8443/r", "https://host.test:8443/r"),
        ("https://us@er:p@ss@host.test/r", "https://host.test/r"),
        ("https://user:pass/word@host.test/r", None),
        ("https://host.test/r?private_token=x#y", "https://host.test/r"),
        ("ssh://git@host.test:22/r", "ssh://host.test:22/r"),
        ("git@host.test:team/repo.git", "host.test:team/repo.git"),
        ("/srv/git/repo", "/srv/git/repo"),
        ("ext::sh -c 'curl token'", None),
        ("https://host.test/\x1b[31m", None),
        ("", None),
    ],
)
def test_a_remote_is_recorded_without_credentials(remote: str, recorded: str | None) -> None:
    assert without_credentials(remote) == recorded


def test_the_remote_is_origin_or_the_first(repository: Path) -> None:
    found = Repository.around(repository)
    assert found is not None
    assert found.remote() is None
    git(repository, "remote", "add", "backup", "https://u:p@one.test/r")
    assert found.remote() == "https://one.test/r"
    git(repository, "remote", "add", "origin", "https://u:p@two.test/r")
    assert found.remote() == "https://two.test/r"


def test_the_environment_and_its_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "do-not-record")
    environment = capture_environment()
    elsewhere = environment.model_copy(update={"hostname": "another", "digest": "0" * 64})
    assert environment.digest == digest_of(elsewhere)
    assert environment.digest != digest_of(environment.model_copy(update={"python": "3.0"}))
    assert environment.python == ".".join(map(str, sys.version_info[:3]))
    assert environment.packages["pydantic"]
    assert list(environment.packages) == sorted(environment.packages)
    assert "do-not-record" not in environment.model_dump_json()
