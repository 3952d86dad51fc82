"""The data directory: where everything of one local stack lies."""

from dataclasses import dataclass
from pathlib import Path

DEFAULT_DIRECTORY = Path(".lineal")


@dataclass(frozen=True)
class DataDirectory:
    """Names the files of one stack. Only its owner may look inside, for it holds credentials."""

    root: Path

    @classmethod
    def at(cls, path: Path | str) -> "DataDirectory":
        """Return the data directory at `path`, which need not exist."""
        return cls(Path(path).absolute())

    @property
    def state_file(self) -> Path:
        """What `lineal local` remembers of the stack."""
        return self.root / "state.json"

    @property
    def emulator_log(self) -> Path:
        """All that the emulator's process printed."""
        return self.root / "emulator.log"

    @property
    def emulator_lock(self) -> Path:
        """Locked for as long as the emulator's process lives."""
        return self.root / "emulator.lock"

    @property
    def command_lock(self) -> Path:
        """Locked while a command starts, deploys or stops."""
        return self.root / "command.lock"

    @property
    def services(self) -> Path:
        """The emulator's own state, written when it stops."""
        return self.root / "services"

    @property
    def objects(self) -> Path:
        """The bytes of the emulator's buckets."""
        return self.root / "objects"

    @property
    def signing_key(self) -> Path:
        """The private key that signs versions."""
        return self.root / "signing-key.pem"

    @property
    def scratch(self) -> Path:
        """Temporary files of the emulator and its functions; emptied at each start."""
        return self.root / "tmp"

    def create(self) -> None:
        """Make the directory, ignored by Git and closed to other users."""
        for path in (self.root, self.services, self.objects, self.scratch):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)
        (self.root / ".gitignore").write_text("*\n")
