"""What a model object says about itself. No framework is imported: an object brings its own."""

import sys
from importlib import metadata
from typing import Any

from lineal_contract.runs import ModelFacts

_FRAMEWORKS = {
    "sklearn": ("scikit-learn", "scikit-learn"),
    "xgboost": ("XGBoost", "xgboost"),
    "lightgbm": ("LightGBM", "lightgbm"),
    "catboost": ("CatBoost", "catboost"),
    "transformers": ("Hugging Face Transformers", "transformers"),
    "pytorch_lightning": ("PyTorch Lightning", "pytorch-lightning"),
    "lightning": ("PyTorch Lightning", "lightning"),
    "torch": ("PyTorch", "torch"),
    "keras": ("Keras", "keras"),
    "tensorflow": ("TensorFlow", "tensorflow"),
    "statsmodels": ("statsmodels", "statsmodels"),
    "onnx": ("ONNX", "onnx"),
}
"""From the package that a class is from to the framework and its distribution."""
_MAX_CHARS = 250


def model_facts(model: Any) -> ModelFacts | None:
    """Return a model's class, the algorithm at its core, its framework; None for what is no known model."""
    package = _package(model)
    if package is None:
        return None
    core = _core(model)
    name, distribution = _FRAMEWORKS[package]
    return ModelFacts(
        model_type=type(model).__name__[:_MAX_CHARS],
        algorithm=_algorithm(core, package),
        framework=name,
        framework_version=_version(distribution),
    )


def _package(model: Any) -> str | None:
    """The framework a model is of: a class of one's own is known by those it is made from."""
    for kind in type(model).__mro__:
        top = kind.__module__.partition(".")[0]
        if top in _FRAMEWORKS:
            return top
    return None


def _core(model: Any) -> Any:
    """The estimator that learns: the last step of a pipeline, the one that a search looks for the best of."""
    for _ in range(10):
        steps = getattr(model, "steps", None)
        if isinstance(steps, list) and steps and isinstance(steps[-1], tuple):
            model = steps[-1][1]
        elif type(model).__module__.startswith("sklearn.model_selection") and hasattr(model, "estimator"):
            model = getattr(model, "best_estimator_", model.estimator)
        else:
            break
    return model


def _algorithm(core: Any, package: str) -> str | None:
    found: Any
    if package == "xgboost":
        found = _booster(core)
    elif package == "lightgbm":
        found = getattr(core, "boosting_type", None) or _params(core).get("boosting", "gbdt")
    elif package == "transformers":
        found = getattr(getattr(core, "config", None), "model_type", None) or type(core).__name__
    elif package == "onnx":
        found = getattr(getattr(core, "graph", None), "name", None) or None
    else:
        found = type(core).__name__
    return str(found)[:_MAX_CHARS] if found else None


def _booster(core: Any) -> str:
    return getattr(core, "booster", None) or "gbtree"


def _params(core: Any) -> dict[str, Any]:
    found = getattr(core, "params", None)
    return found if isinstance(found, dict) else {}


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        module = sys.modules.get(distribution)
        version = getattr(module, "__version__", None)
        return version if isinstance(version, str) else None
