"""Where clients put and find files: the same bytes under two schemes.

`s3://` is for callers who sign, since they have AWS credentials. Who comes with a token alone gets
`mlflow-artifacts:`, which the client resolves to the proxy's endpoints; so does everybody in an experiment
that was created with such a location, or in a project that has chosen it.
"""

from dataclasses import dataclass

from functions.core.errors import InvalidRequestError
from functions.core.objects.file_paths import inside
from lineal_contract.experiments import Experiment
from lineal_contract.runs import Run

PROXY = "mlflow-artifacts:/"
VERSIONS = "_versions"
"""Below the proxy, the files of versions."""
PROMPTS = "_prompts"
"""Below the prefix, the texts of prompts."""


@dataclass(frozen=True)
class Locations:
    """A project's locations as one caller sees them; `root` is the S3 address of its staging prefix."""

    root: str
    proxied: bool

    def of_experiment(self, experiment: Experiment) -> str:
        """Return where an experiment's files are."""
        return self._shown(experiment, experiment_path(experiment, self.root))

    def of_run(self, experiment: Experiment, run: Run) -> str:
        """Return where a run's files are; artifacts of lineal's own client are given by the server alone."""
        path = run_path(experiment, self.root, run.run_id)
        return f"{PROXY}{path}" if run.artifacts else self._shown(experiment, path)

    def of_model(self, experiment: Experiment, model_id: str) -> str:
        """Return where a logged model's files are."""
        return self._shown(experiment, model_path(experiment, self.root, model_id))

    def chosen(self, wanted: str) -> str | None:
        """Return a location that a client asks for, None where it leaves the choice to us.

        Raises InvalidRequestError for one that is not below the project's own prefix.
        """
        path = _path(wanted, self.root)
        if path is None:
            raise InvalidRequestError(
                f"artifact_location: files of this project lie below {self.root} or {PROXY}; "
                "leave it out to have one chosen"
            )
        if path:
            inside(path)
        if path.partition("/")[0] in (VERSIONS, PROMPTS):
            raise InvalidRequestError(f"artifact_location: {path!r} is reserved")
        return wanted.rstrip("/") or None

    def below(self, uri: str) -> str | None:
        """Return an address's path below the project's prefix: empty for the prefix, None for elsewhere."""
        return _path(uri, self.root) if uri else None

    def _shown(self, experiment: Experiment, path: str) -> str:
        proxied = self.proxied or (experiment.artifact_location or "").startswith(PROXY.rstrip("/"))
        return f"{PROXY if proxied else self.root}{path}"


def experiment_path(experiment: Experiment, root: str) -> str:
    """Return the path of an experiment's files below the staging prefix."""
    return _path(experiment.artifact_location or "", root) or experiment.experiment_id


def run_path(experiment: Experiment, root: str, run_id: str) -> str:
    """Return the path of a run's files below the staging prefix."""
    return f"{experiment_path(experiment, root)}/{run_id}/artifacts"


def model_path(experiment: Experiment, root: str, model_id: str) -> str:
    """Return the path of a logged model's files below the staging prefix."""
    return f"{experiment_path(experiment, root)}/models/{model_id}/artifacts"


def _path(location: str, root: str) -> str | None:
    """Return a location's path below the prefix: empty for the prefix itself, None for one elsewhere."""
    for start in (root, PROXY):
        if f"{location}/".startswith(start):
            return location.removeprefix(start.rstrip("/")).strip("/")
    return None if location else ""
