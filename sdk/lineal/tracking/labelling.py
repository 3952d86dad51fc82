"""What a training says of its run: params, tags, a note, what its model is."""

from collections.abc import Mapping
from typing import Any

from lineal.capture.models import model_facts
from lineal.http.api import checked_input
from lineal.tracking.originals import keep_original
from lineal.tracking.params import as_params, as_tags
from lineal.tracking.recording import Recording
from lineal.tracking.run_context import RunContext
from lineal_contract.runs import ModelFacts, UpdateRun


class Labelling:
    """The part of an `ActiveRun` that changes what the run is found by."""

    _recording: Recording
    _context: RunContext

    def log_params(self, params: Any) -> None:
        """Record params: a mapping, dataclass, Namespace, pydantic model, DictConfig, or a file's path.

        Nested keys are joined with dots, and the configuration as it was is kept with the run. Raises
        ParamChangedError where one has another value already.
        """
        given = as_params(params).without_repeats(self._context.found_params)
        with checked_input():
            change = UpdateRun(params=given.values, param_types=given.types)
        self._recording.update(change)
        keep_original(self._recording, given.original)

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Set tags; a tag that is set again takes the new value."""
        with checked_input():
            change = UpdateRun(tags=as_tags(tags))
        self._recording.update(change)

    def remove_tags(self, *names: str) -> None:
        """Remove tags; one that is not there is no error."""
        with checked_input():
            change = UpdateRun(remove_tags=tuple(as_tags(dict.fromkeys(names, ""))))
        self._recording.update(change)

    def set_note(self, note: str) -> None:
        """Set the note, Markdown of at most 8,000 characters; an empty one removes it."""
        with checked_input():
            change = UpdateRun(note=note)
        self._recording.update(change)

    def describe_model(self, model: Any) -> ModelFacts | None:
        """Record what a model object says of itself, to search runs by: its type, algorithm and framework.

        `log_model` does so too. Returns None, and records nothing, for an object of no known framework.
        """
        facts = model_facts(model)
        if facts is not None:
            self._recording.update(UpdateRun(model=facts))
        return facts
