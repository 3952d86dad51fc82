"""Reading a Git repository, without ever writing to it."""

import os
import re
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

_TIMEOUT_SECONDS = 20
# The user's own settings for how a diff looks must not decide whether it applies.
_PLAIN_DIFF = (
    "--binary", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames",
    "--no-relative", "--ignore-submodules=dirty", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip


class Repository:
    """The repository whose working tree `top` is."""

    def __init__(self, top: Path) -> None:
        self.top = top

    @classmethod
    def around(cls, folder: Path) -> "Repository | None":
        """Return the repository that `folder` is in; None outside one, without commits or without Git."""
        if (top := _git(folder, "rev-parse", "--show-toplevel")) is None:
            return None
        repository = cls(Path(os.fsdecode(top).rstrip("\n")))
        return repository if repository.commit() else None

    def commit(self) -> str | None:
        """The commit that is checked out."""
        return self._line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")

    def commit_of(self, path: Path) -> str | None:
        """The last commit that changed a file; None where it has changed since, or was never committed."""
        if self._line("status", "--porcelain", "--ignored", "--", str(path)) is not None:
            return None
        return self._line("log", "-1", "--format=%H", "--", str(path))

    def branch(self) -> str | None:
        """The branch that is checked out; None with a detached HEAD."""
        return self._line("symbolic-ref", "--quiet", "--short", "HEAD")

    def remote(self) -> str | None:
        """The address of `origin`, or of the first remote, without credentials."""
        names = (self._line("remote") or "").splitlines()
        if not names:
            return None
        name = "origin" if "origin" in names else names[0]
        return without_credentials(self._line("remote", "get-url", name) or "")

    def has(self, path: Path) -> bool:
        """Whether Git tracks the file: then commit and patch have its text."""
        return _git(self.top, "ls-files", "--error-unmatch", "--", str(path)) is not None

    def is_dirty(self) -> bool:
        """Whether tracked files have uncommitted changes."""
        return bool(_git(self.top, "diff", *_PLAIN_DIFF, "--name-only", "HEAD"))

    def patch(self) -> bytes:
        """The uncommitted changes of tracked files; applied to the commit they give the same files.

        Text that is not UTF-8 goes in Git's binary form, so that the patch itself is UTF-8.
        """
        patch = _git(self.top, "diff", *_PLAIN_DIFF, "HEAD") or b""
        return patch if _is_utf8(patch) else self._patch_in_binary()

    def _patch_in_binary(self) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            attributes = Path(folder, "attributes")
            attributes.write_text("* -diff\n")
            setting = f"core.attributesFile={attributes}"
            return _git(self.top, "-c", setting, "diff", *_PLAIN_DIFF, "HEAD") or b""

    def _line(self, *arguments: str) -> str | None:
        output = _git(self.top, *arguments)
        return output.decode(errors="replace").strip() or None if output is not None else None


def without_credentials(remote: str) -> str | None:
    """Return a remote's address without credentials and query; None if it cannot be read safely."""
    if not remote or "::" in remote or re.search(r"[\x00-\x20\x7f]", remote):
        return None
    if "://" not in remote:
        return re.sub(r"^[^/@]*@", "", remote)  # user@host:path, or a path of this machine
    parts = urlsplit(remote)
    try:
        _ = parts.port  # of a password with a slash in it, the rest would stand in the path
    except ValueError:
        return None
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What Git prints; None where it fails or is not installed."""
    settings = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat"}
    try:
        done = subprocess.run(  # noqa: S603 -- the arguments are this file's own
            ["git", *arguments],  # noqa: S607 -- whichever Git the user works with
            cwd=folder,
            env=os.environ | settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
