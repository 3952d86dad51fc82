"""What a sweep has to do: approvals to look after, and audit chains to anchor."""

from lineal_contract.audit import AuditAnchor
from tests.fakes.models import MemoryModels
from tests.fakes.trails import MemoryTrails


class MemoryOpenWork:
    """The `OpenWork` port on what a `MemoryModels` has opened."""

    def __init__(self, models: MemoryModels) -> None:
        self._open = models.open_work

    def list(self) -> list[tuple[str, str]]:
        return list(self._open)

    def done(self, project: str, name: str) -> None:
        self._open.pop((project, name), None)


class MemoryOpenDeployments:
    """The `OpenWork` port on the approvals that a `MemoryModels` has applied."""

    def __init__(self, models: MemoryModels) -> None:
        self._open = models.open_deployments

    def list(self) -> list[tuple[str, str]]:
        return list(self._open)

    def done(self, project: str, name: str) -> None:
        self._open.pop((project, name), None)


class MemoryOpenRegistrations:
    """The `OpenWork` port on the versions that a `MemoryModels` has pending."""

    def __init__(self, models: MemoryModels) -> None:
        self._open = models.open_registrations

    def list(self) -> list[tuple[str, str]]:
        return list(self._open)

    def done(self, project: str, name: str) -> None:
        self._open.pop((project, name), None)


class MemoryAnchors:
    """The `Anchors` port on how a `MemoryModels` has grown."""

    def __init__(self, models: MemoryModels, trails: MemoryTrails | None = None) -> None:
        self.written: dict[tuple[str, str], AuditAnchor] = {}
        self._grown = (models.grown, (trails or MemoryTrails()).grown)

    def waiting(self) -> list[tuple[str, str, int]]:
        return [(*chain, sequence) for grown in self._grown for chain, sequence in grown.items()]

    def put(self, project: str, model: str, anchor: AuditAnchor) -> None:
        self.written[project, model] = anchor

    def done(self, project: str, model: str, sequence: int) -> None:
        for grown in self._grown:
            if grown.get((project, model)) == sequence:
                del grown[project, model]

    def last(self, project: str, model: str) -> AuditAnchor | None:
        return self.written.get((project, model))
