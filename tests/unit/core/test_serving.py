"""Predictions by the live version, from bytes that were checked first."""

import pytest

from functions.core.deployments.serving import MAX_MODEL_BYTES, Serving, servable_file
from functions.core.errors import BytesChangedError, NotFoundError, UnsupportedModelError
from lineal_contract.artifacts import ManifestEntry
from lineal_contract.deployments import Invocation
from tests import builders
from tests.builders import MODEL, PROJECT
from tests.unit.core.town import Echo, Town

ASKED = Invocation(inputs=((1.0,), (2.0,)))


class Shop:
    """A serving function that counts how often it loads."""

    def __init__(self, town: Town, keep: int = 2) -> None:
        self.loads = 0
        self.serving = Serving(town.models, town.objects, self._load, keep)

    def answer(self) -> tuple[int, object]:
        prediction = self.serving.predict(PROJECT, MODEL, ASKED)
        assert len(prediction.outputs) == len(ASKED.inputs)
        return prediction.version, prediction.outputs[0]

    def _load(self, data: bytes) -> Echo:
        self.loads += 1
        return Echo(data)


def test_the_endpoints_record_decides_which_version_answers() -> None:
    town = Town()
    shop = Shop(town)
    town.live(50.0)
    assert shop.answer() == (1, "model 1")
    town.live(40.0)
    assert shop.answer() == (2, "model 2")
    town.roll_back()
    assert shop.answer() == (1, "model 1")
    assert shop.loads == 2


def test_only_so_many_models_are_kept() -> None:
    town = Town()
    shop = Shop(town, keep=1)
    town.live(50.0)
    shop.answer()
    town.live(40.0)
    shop.answer()
    town.roll_back()
    shop.answer()
    assert shop.loads == 3


@pytest.mark.parametrize("changed", [b"model X", b"model", b"model 12", b""])
def test_bytes_that_are_not_the_approved_ones_are_not_loaded(changed: bytes) -> None:
    town = Town()
    town.live(50.0)
    town.objects.tamper(town.versions()[0].manifest[0].object, changed)
    shop = Shop(town)
    with pytest.raises(BytesChangedError):
        shop.answer()
    assert shop.loads == 0


def test_an_endpoint_that_is_not_there_answers_nothing() -> None:
    with pytest.raises(NotFoundError):
        Shop(Town()).answer()


def entry(path: str, size: int = 5) -> ManifestEntry:
    return ManifestEntry(path=path, object=builders.stored().model_copy(update={"size": size}))


@pytest.mark.parametrize(
    "files",
    [
        (entry("weights.bin"),),
        (entry("a.onnx"), entry("b.onnx")),
        (entry("a.onnx", MAX_MODEL_BYTES + 1),),
    ],
    ids=["none", "two", "too large"],
)
def test_the_serverless_target_serves_one_onnx_file_of_some_size(files: tuple[ManifestEntry, ...]) -> None:
    with pytest.raises(UnsupportedModelError):
        servable_file(builders.version(files=files))


def test_other_files_beside_the_model_do_not_matter() -> None:
    files = (entry("a.onnx", MAX_MODEL_BYTES), entry("README.md"))
    assert servable_file(builders.version(files=files)).path == "a.onnx"
