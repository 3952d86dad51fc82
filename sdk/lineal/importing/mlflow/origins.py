"""What an MLflow version was made of, read from its source and tags."""

import re
from collections.abc import Mapping

from lineal.importing.records import Holder, Origin, Place

_IS_PROMPT = "mlflow.prompt.is_prompt"
_PROMPT_TEXT = "mlflow.prompt.text"
_LOGGED_MODEL = re.compile(r"models:/+(m-[0-9a-f]{32})/*(.*)")
_VERSION = re.compile(r"models:/+([^/@]+)/([0-9]+)")
_RUN = re.compile(r"runs:/+([^/]+)/*(.*)")
_MODEL_PATH = re.compile(r"(?:.*/)?models/(m-[0-9a-f]{32})/artifacts(?:/(.*))?")
_RUN_PATH = re.compile(r"(?:.*/)?([0-9a-f]{32})/artifacts(?:/(.*))?")


def origin_of(source: str, tags: Mapping[str, str]) -> Origin:
    """Return where a version's files are: with a run, a logged model, another version, or elsewhere."""
    if tags.get(_IS_PROMPT, "").lower() == "true":
        return Origin(text=tags.get(_PROMPT_TEXT, ""))
    for pattern, holder in (
        (_LOGGED_MODEL, Holder.LOGGED_MODEL),
        (_RUN, Holder.RUN),
        (_MODEL_PATH, Holder.LOGGED_MODEL),
        (_RUN_PATH, Holder.RUN),
    ):
        if found := pattern.fullmatch(source):
            return Origin(place=Place(holder, found[1], (found[2] or "").strip("/")))
    if other := _VERSION.fullmatch(source):
        return Origin(version=(other[1], other[2]))
    return Origin(place=Place(Holder.LOCATION, source))
