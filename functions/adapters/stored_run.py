"""A run as searches look at it, read from its item field by field."""

import json
from collections.abc import Mapping
from typing import Any

from functions.adapters import run_items
from functions.adapters.dynamo import Item
from lineal_contract.people import Actor
from lineal_contract.runs import Code, Dataset, Lifecycle, ModelFacts, Run, RunStatus


class StoredRun:
    """The `Glance` port: reads of an item only what is looked at. Most runs of a search do not fit it."""

    def __init__(self, item: Item) -> None:
        self._item = item
        self._state: dict[str, Any] = json.loads(item["state"]["S"])
        self.params: Mapping[str, str] = self._state["params"]
        self.tags: Mapping[str, str] = self._state["tags"]
        self.status = RunStatus(self._state["status"])
        self.lifecycle = Lifecycle(self._state.get("lifecycle", Lifecycle.ACTIVE))
        self._read: dict[str, Any] | None = None
        self._metrics: run_items.Metrics | None = None

    def run(self) -> Run:
        """Return the run at a glance."""
        return run_items.run_of(self._item)

    @property
    def run_id(self) -> str:
        return run_items.run_id_of(self._item)

    @property
    def item(self) -> Item:
        """The item as it was read."""
        return self._item

    @property
    def quiet_since(self) -> int | None:
        """The last of its end, its heartbeat and its last edit."""
        edited = self._state.get("edited") or {}
        times = (self.ended_at, self.heartbeat_at, edited.get("at"))
        return max((at for at in times if at is not None), default=None)

    @property
    def project(self) -> str:
        return str(self._doc["project"])

    @property
    def experiment(self) -> str:
        return str(self._doc["experiment"])

    @property
    def experiment_id(self) -> str:
        return str(self._doc["experiment_id"])

    @property
    def parent_run_id(self) -> str | None:
        return self._optional("parent_run_id")

    @property
    def started_at(self) -> int:
        return int(self._doc["started_at"])

    @property
    def actor(self) -> Actor:
        return Actor.model_validate(self._doc["actor"])

    @property
    def code(self) -> Code:
        return Code.model_validate(self._doc["code"])

    @property
    def name(self) -> str:
        return str(self._state["name"])

    @property
    def note(self) -> str:
        return str(self._state.get("note", ""))

    @property
    def model(self) -> ModelFacts | None:
        facts = self._state.get("model")
        return None if facts is None else ModelFacts.model_validate(facts)

    @property
    def ended_at(self) -> int | None:
        ended: int | None = self._state.get("ended_at")
        return ended

    @property
    def heartbeat_at(self) -> int | None:
        return run_items.beat_of(self._item)

    @property
    def metrics(self) -> run_items.Metrics:
        if self._metrics is None:
            self._metrics = run_items.Metrics([self._item])
        return self._metrics

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        return run_items.datasets_of(self._item)

    @property
    def _doc(self) -> dict[str, Any]:
        if self._read is None:
            self._read = json.loads(self._item["doc"]["S"])
        return self._read

    def _optional(self, name: str) -> str | None:
        value: str | None = self._doc.get(name)
        return value
