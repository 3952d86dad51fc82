"""Every wire model builds, and its field types keep out what they should."""

import inspect
import pkgutil
from importlib import import_module

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

import lineal_contract
from lineal_contract.base import ModelName, RelativePath
from lineal_contract.references import AliasName

MODULES = [import_module(f"lineal_contract.{m.name}") for m in pkgutil.iter_modules(lineal_contract.__path__)]
MODELS = {
    model
    for module in MODULES
    for _, model in inspect.getmembers(module, inspect.isclass)
    if issubclass(model, BaseModel) and model.__module__ == module.__name__
}


@pytest.mark.parametrize("model", sorted(MODELS, key=lambda m: m.__qualname__), ids=lambda m: m.__qualname__)
def test_each_model_has_a_schema(model: type[BaseModel]) -> None:
    assert model.model_rebuild(force=True) is not False
    assert model.model_json_schema()["type"] == "object"


@pytest.mark.parametrize(
    "path",
    ["", "/a", "a/", "a//b", "../a", "a/../b", "./a", "a/.", "a\\b", "a\x00b", "a\nb", "x" * 901],
)
def test_paths_stay_inside_their_artifact(path: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(RelativePath).validate_python(path)


@pytest.mark.parametrize("path", ["a", "a/b.onnx", "..a/b..", "%2e%2e/a", "größe.csv"])
def test_paths_may_be_anything_else(path: str) -> None:
    assert TypeAdapter(RelativePath).validate_python(path) == path


@pytest.mark.parametrize("alias", ["latest", "v3", "3", "", "Champion", "a b", "-a"])
def test_reserved_and_malformed_aliases_are_refused(alias: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(AliasName).validate_python(alias)


@pytest.mark.parametrize("name", ["a#b", "a/b", "", ".a", "a.", "http://x", "a\nb", "x" * 129])
def test_names_that_would_break_a_key_or_a_path_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ModelName).validate_python(name)
