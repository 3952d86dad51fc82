"""What people do to models and versions beside registering and promoting: names, words, lifecycle."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.core.causes import Cause
from functions.core.commits import Contention
from functions.core.errors import NotFoundError
from functions.core.in_force import DEFAULT_POLICY
from functions.core.ledger import Change, ModelHead
from functions.core.models import aliases, describing, lifecycle, restaging
from functions.core.models.naming import endpoints_of, every_version, head_of, resolve, there, version_of
from functions.core.models.registry import with_aliases
from functions.core.once import Once
from functions.core.ports.registry import ModelStore, Policies
from lineal_contract.lifecycle import (
    ChangeLifecycle,
    Consumer,
    Consumers,
    LifecycleAction,
    PutConsumer,
    VersionStatus,
)
from lineal_contract.policies import Policy
from lineal_contract.registry import CreateModel, Describe, Model, ModelVersion, SetAlias
from lineal_contract.stages import Stage, StageName

Decide = Callable[[ModelHead], Change | None]


@dataclass(frozen=True)
class Curating:
    """Each method is one transaction, decided on the head it is guarded by; a repetition changes nothing."""

    models: ModelStore
    policies: Policies
    contention: Contention
    builtin: Policy = DEFAULT_POLICY
    """What holds in a project without rules of its own."""

    def create(self, project: str, wanted: CreateModel, cause: Cause) -> Model:
        """Return a new model without versions. Raises AlreadyExistsError."""
        once = self._once(project, cause)

        def attempt() -> Model:
            head = self.models.head(project, wanted.model)
            if once.earlier() is not None:
                return head_of(self.models, project, wanted.model).wire()
            change = once.marking(describing.create(head, project, wanted, cause))
            self.models.commit(head, change)
            return change.head.wire()

        return self.contention.run(attempt, insistent=cause.said is not None)

    def describe(self, project: str, model: str, wanted: Describe, cause: Cause) -> Model:
        """Return a model with its description and tags changed. Raises NotFoundError."""
        return self._model(project, model, lambda head: describing.describe_model(head, wanted, cause), cause)

    def delete(self, project: str, model: str, cause: Cause) -> Model:
        """Return the model that was deleted, now or before; or another that has its name since.

        Raises NotFoundError, ConflictError naming who uses it.
        """

        def decide(head: ModelHead) -> Change | None:
            if head.deleted_at is not None:
                return None
            return lifecycle.delete_model(head, endpoints_of(self.models, head), cause)

        return self._model(project, model, decide, cause, even_deleted=True)

    def describe_version(
        self, project: str, model: str, which: str, wanted: Describe, cause: Cause
    ) -> ModelVersion:
        """Return a version with its description and tags changed. Raises NotFoundError."""

        def decide(head: ModelHead, version: ModelVersion) -> Change | None:
            return describing.describe_version(head, version, wanted, cause)

        return self._version(project, model, which, decide, cause)

    def set_alias(self, project: str, model: str, alias: str, wanted: SetAlias, cause: Cause) -> ModelVersion:
        """Return the version an alias points at now. Raises ApprovalRequiredError, ConflictError."""

        def decide(head: ModelHead, version: ModelVersion) -> Change | None:
            return aliases.point(head, alias, version, wanted.reason, self._policy(project), cause)

        return self._version(project, model, wanted.version, decide, cause)

    def delete_alias(self, project: str, model: str, alias: str, cause: Cause) -> Model:
        """Return a model without the alias, which may never have been. Raises ApprovalRequiredError."""
        policy = self._policy(project)
        return self._model(project, model, lambda head: aliases.remove(head, alias, policy, cause), cause)

    def move(
        self, project: str, model: str, which: str, stage: StageName, *, alone: bool, cause: Cause
    ) -> ModelVersion:
        """Return a version moved to a stage by hand; `alone` archives the others there.

        Raises NotFoundError, ApprovalRequiredError, ConflictError.
        """

        def decide(head: ModelHead, version: ModelVersion) -> Change | None:
            leaving = self._in_stage(head, stage) if alone or stage == Stage.PRODUCTION else []
            return restaging.move(head, version, stage, leaving, self._policy(project), cause)

        return self._version(project, model, which, decide, cause)

    def change_lifecycle(
        self, project: str, model: str, which: str, asked: ChangeLifecycle, cause: Cause
    ) -> ModelVersion:
        """Return a version deprecated, reinstated, archived, retired or deleted. Raises ConflictError."""

        def decide(head: ModelHead, version: ModelVersion) -> Change | None:
            if version.status is VersionStatus.DELETED and asked.action is LifecycleAction.DELETE:
                return None
            successor = self._number(head, asked.successor)
            endpoints, consumers = endpoints_of(self.models, head), self._consumers(head, version.version)
            users = lifecycle.users(head, version, endpoints, consumers)
            return lifecycle.change(head, version, asked, successor, users, cause)

        again = asked.action is LifecycleAction.DELETE
        return self._version(project, model, which, decide, cause, even_deleted=again)

    def consumers(self, project: str, model: str) -> Consumers:
        """Return the registered consumers of a model. Raises NotFoundError."""
        head = head_of(self.models, project, model)
        return Consumers(items=tuple(head.consumers[name] for name in sorted(head.consumers)))

    def put_consumer(
        self, project: str, model: str, name: str, wanted: PutConsumer, cause: Cause
    ) -> Consumer:
        """Return a consumer, registered. Raises NotFoundError for a version there is not."""

        def decide(head: ModelHead) -> Change | None:
            version_of(self.models, head, resolve(self.models, head, wanted.version))
            return lifecycle.put_consumer(head, name, wanted, cause)

        head = self._commit(project, model, self._once(project, cause).deciding(decide))
        if name not in head.consumers:
            raise NotFoundError(f"consumer {name!r} was removed since this request put it")
        return head.consumers[name]

    def remove_consumer(self, project: str, model: str, name: str, cause: Cause) -> Model:
        """Return the model, without the consumer."""
        return self._model(project, model, lambda head: lifecycle.remove_consumer(head, name, cause), cause)

    def _policy(self, project: str) -> Policy:
        return self.policies.current(project) or self.builtin

    def _in_stage(self, head: ModelHead, stage: StageName) -> list[ModelVersion]:
        return [version for version in every_version(self.models, head) if version.stage == stage]

    def _number(self, head: ModelHead, which: str | None) -> int | None:
        if which is None:
            return None
        return version_of(self.models, head, resolve(self.models, head, which)).version

    def _consumers(self, head: ModelHead, number: int) -> list[Consumer]:
        return [each for each in head.consumers.values() if self._means(head, each.version) == number]

    def _means(self, head: ModelHead, which: str) -> int | None:
        try:
            return resolve(self.models, head, which)
        except NotFoundError:  # an alias that was taken away since
            return None

    def _once(self, project: str, cause: Cause) -> Once:
        return Once(self.models, project, cause.said)

    def _model(
        self, project: str, model: str, decide: Decide, cause: Cause, *, even_deleted: bool = False
    ) -> Model:
        once = self._once(project, cause)
        return self._commit(project, model, once.deciding(decide), even_deleted=even_deleted).wire()

    def _commit(self, project: str, model: str, decide: Decide, *, even_deleted: bool = False) -> ModelHead:
        def attempt() -> ModelHead:
            present = self.models.head(project, model)
            head = present if present and even_deleted else there(present, project, model)
            change = decide(head)
            if change is None:
                return head
            self.models.commit(head, change)
            return change.head

        return self.contention.run(attempt)

    def _version(
        self,
        project: str,
        model: str,
        which: str,
        decide: Callable[[ModelHead, ModelVersion], Change | None],
        cause: Cause,
        *,
        even_deleted: bool = False,
    ) -> ModelVersion:
        number, decide = 0, self._once(project, cause).deciding(decide)

        def of_head(head: ModelHead) -> Change | None:
            nonlocal number
            number = resolve(self.models, head, which)
            if even_deleted and number > head.buried:
                return decide(head, self.models.version(project, model, number))
            return decide(head, version_of(self.models, head, number))

        head = self._commit(project, model, of_head)
        return with_aliases(head, self.models.version(project, model, number))
