"""lineal: an experiment tracker and model registry that can prove what is live.

    import lineal

    with lineal.run(experiment="diabetes", params={"alpha": 0.1}) as run:
        run.use_dataset("data/diabetes.csv")
        run.log({"mae": 42.0}, step=1)
        model = run.log_model(estimator)
    version = lineal.register("diabetes", model, run=run)
    version.promote("production", reason="better on the holdout")

Everything loads when it is first used: `import lineal` alone imports neither boto3 nor pydantic.
"""

from importlib import import_module

TYPE_CHECKING = False  # what `typing` has under this name; importing `typing` would take longer than all else

if TYPE_CHECKING:
    from lineal.client import Client as Client
    from lineal.comparing import RunDiff as RunDiff
    from lineal.errors import ApiError as ApiError
    from lineal.errors import ConfigurationError as ConfigurationError
    from lineal.errors import ConflictError as ConflictError
    from lineal.errors import ConnectionFailedError as ConnectionFailedError
    from lineal.errors import ContentionError as ContentionError
    from lineal.errors import DiskError as DiskError
    from lineal.errors import FileChangedError as FileChangedError
    from lineal.errors import InputError as InputError
    from lineal.errors import IntegrityError as IntegrityError
    from lineal.errors import InvalidRequestError as InvalidRequestError
    from lineal.errors import LinealError as LinealError
    from lineal.errors import LinealWarning as LinealWarning
    from lineal.errors import NotFoundError as NotFoundError
    from lineal.errors import ParamChangedError as ParamChangedError
    from lineal.errors import PermissionDeniedError as PermissionDeniedError
    from lineal.errors import SchemaError as SchemaError
    from lineal.errors import ServerError as ServerError
    from lineal.errors import StorageError as StorageError
    from lineal.errors import ThrottledError as ThrottledError
    from lineal.errors import TransportError as TransportError
    from lineal.errors import UnauthenticatedError as UnauthenticatedError
    from lineal.errors import UnexpectedAnswerError as UnexpectedAnswerError
    from lineal.errors import WaitTimeoutError as WaitTimeoutError
    from lineal.fluent.live import get_approval as get_approval
    from lineal.fluent.live import get_endpoint as get_endpoint
    from lineal.fluent.live import list_approvals as list_approvals
    from lineal.fluent.live import list_deployments as list_deployments
    from lineal.fluent.live import list_endpoints as list_endpoints
    from lineal.fluent.live import predict as predict
    from lineal.fluent.live import rollback as rollback
    from lineal.fluent.live import trace as trace
    from lineal.fluent.live import whoami as whoami
    from lineal.fluent.models import get_model as get_model
    from lineal.fluent.models import get_version as get_version
    from lineal.fluent.models import list_models as list_models
    from lineal.fluent.models import list_versions as list_versions
    from lineal.fluent.models import pull as pull
    from lineal.fluent.models import register as register
    from lineal.fluent.models import register_files as register_files
    from lineal.fluent.models import search_versions as search_versions
    from lineal.fluent.runs import diff as diff
    from lineal.fluent.runs import get_run as get_run
    from lineal.fluent.runs import read_metrics as read_metrics
    from lineal.fluent.runs import resume as resume
    from lineal.fluent.runs import run as run
    from lineal.fluent.runs import search_runs as search_runs
    from lineal.resources.approvals import Approval as Approval
    from lineal.resources.runs import Run as Run
    from lineal.resources.traces import Trace as Trace
    from lineal.resources.versions import Version as Version
    from lineal.tracking.active_run import ActiveRun as ActiveRun

_NAMES_BY_MODULE = {
    "lineal.tracking.active_run": ("ActiveRun",),
    "lineal.client": ("Client",),
    "lineal.comparing": ("RunDiff",),
    "lineal.errors": (
        "ApiError", "ConfigurationError", "ConflictError", "ConnectionFailedError", "ContentionError",
        "DiskError", "FileChangedError", "InputError", "IntegrityError", "InvalidRequestError",
        "LinealError", "LinealWarning", "NotFoundError", "ParamChangedError", "PermissionDeniedError",
        "SchemaError", "ServerError", "StorageError", "ThrottledError", "TransportError",
        "UnauthenticatedError", "UnexpectedAnswerError", "WaitTimeoutError",
    ),
    "lineal.fluent.runs": (
        "diff", "get_run", "read_metrics", "resume", "run", "search_runs",
    ),
    "lineal.fluent.models": (
        "get_model", "get_version", "list_models", "list_versions", "pull", "register", "register_files",
        "search_versions",
    ),
    "lineal.fluent.live": (
        "get_approval", "get_endpoint", "list_approvals", "list_deployments", "list_endpoints", "predict",
        "rollback", "trace", "whoami",
    ),
    "lineal.resources.approvals": ("Approval",),
    "lineal.resources.versions": ("Version",),
    "lineal.resources.runs": ("Run",),
    "lineal.resources.traces": ("Trace",),
}  # fmt: skip
_MODULE_BY_NAME = {name: module for module, names in _NAMES_BY_MODULE.items() for name in names}

__all__ = list(_MODULE_BY_NAME)

if not TYPE_CHECKING:  # a type checker would take any name for granted

    def __getattr__(name):
        """Load a public name on first use."""
        if name not in _MODULE_BY_NAME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_MODULE_BY_NAME[name]), name)
        globals()[name] = value
        return value

    def __dir__():
        """The public names, loaded or not."""
        return sorted(_MODULE_BY_NAME)
