"""Predictions: the version an endpoint's record points at, its bytes checked before they are used."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from functions.core.errors import BytesChangedError, NotFoundError, UnsupportedModelError
from functions.core.objects.manifests import whole
from functions.core.ports.objects import ObjectStore
from functions.core.ports.registry import ModelStore
from functions.core.ports.serving import ServableModel
from lineal_contract.artifacts import ManifestEntry, StoredObject, manifest_digest
from lineal_contract.deployments import Deployment, Endpoint, Invocation, Prediction
from lineal_contract.digests import content_address, part_size
from lineal_contract.registry import ModelVersion

MAX_MODEL_BYTES = 256 * 1024 * 1024
_SUFFIX = ".onnx"

Load = Callable[[bytes], ServableModel]


def servable_file(version: ModelVersion) -> ManifestEntry:
    """Return the one ONNX file of a version. Raises UnsupportedModelError."""
    files = [entry for entry in version.manifest if entry.path.endswith(_SUFFIX)]
    if len(files) != 1:
        raise UnsupportedModelError(f"the serverless target serves one {_SUFFIX} file, not {len(files)}")
    if files[0].object.size > MAX_MODEL_BYTES:
        raise UnsupportedModelError(f"the serverless target serves models up to {MAX_MODEL_BYTES} bytes")
    return files[0]


def load_version(version: ModelVersion, objects: ObjectStore, load: Load) -> ServableModel:
    """Return a version's model, its bytes compared with what was registered before they are used.

    Raises BytesChangedError, UnsupportedModelError, NotFoundError.
    """
    stored = servable_file(version).object
    data = objects.read(stored)
    if address_of(data, stored) != stored.digest:
        raise BytesChangedError("the stored bytes are not the ones that were registered")
    return load(data)


@dataclass(frozen=True)
class ServerlessTarget:
    """The serving function follows the endpoint's record, so switching the record is all there is to do.

    `start` loads the model once, so that what cannot be served never goes live.
    """

    objects: ObjectStore
    load: Load

    def check(self, version: ModelVersion) -> None:
        """Look for one ONNX file that is not too large. Raises UnsupportedModelError."""
        servable_file(version)

    def start(self, deployment: Deployment, version: ModelVersion) -> None:
        """Load the model. Raises UnsupportedModelError, BytesChangedError."""
        load_version(version, self.objects, self.load)

    def ready(self, deployment: Deployment) -> bool:
        """Say yes: nothing has to be brought up."""
        return True


@dataclass
class Serving:
    """Answers invocations; keeps the last few models it loaded, by manifest."""

    models: ModelStore
    objects: ObjectStore
    load: Load
    keep: int = 2
    _loaded: dict[str, ServableModel] = field(default_factory=dict)

    def predict(self, project: str, endpoint: str, asked: Invocation) -> Prediction:
        """Return one output per row. Raises NotFoundError, BytesChangedError, InvalidRequestError."""
        record = self.models.endpoint(project, endpoint)
        if record is None:
            raise NotFoundError(f"project {project} has no endpoint {endpoint!r}")
        outputs = self._model(record).predict(asked.inputs)
        return Prediction(
            outputs=tuple(outputs),
            model=record.model,
            version=record.version,
            manifest_digest=record.manifest_digest,
            deployment_id=record.deployment_id,
        )

    def _model(self, record: Endpoint) -> ServableModel:
        key = f"{record.project}/{record.manifest_digest}"
        if key not in self._loaded:
            loaded = load_version(self._version(record), self.objects, self.load)
            while len(self._loaded) >= self.keep:
                del self._loaded[next(iter(self._loaded))]
            self._loaded[key] = loaded
        return self._loaded[key]

    def _version(self, record: Endpoint) -> ModelVersion:
        version = whole(self.models.version(record.project, record.model, record.version), self.objects)
        if not record.manifest_digest == version.manifest_digest == manifest_digest(version.manifest):
            raise BytesChangedError("the version's manifest is not the one that was deployed")
        return version


def address_of(data: bytes, stored: StoredObject) -> str:
    """Return the content address of `data`, in the parts of the object it was read from."""
    size = part_size(stored.size)
    starts = range(0, max(len(data), 1), size)
    return content_address(sha256(data[at : at + size]).hexdigest() for at in starts)
