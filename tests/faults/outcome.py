"""What a registry holds in the end, without what may differ: times, ids, and how often work was restarted."""

from collections import Counter
from typing import Any

from lineal_contract.audit import GENESIS, AuditRecord
from tests.builders import PROJECT
from tests.faults.cloud import Cloud

_RESTARTED = ("approval.restarted", "deployment.restarted", "version.restarted")
_ALL = 1_000


def outcome(cloud: Cloud) -> dict[str, Any]:
    """Return all that has to come out the same, faults or not."""
    models = cloud.backend().models
    heads = models.heads(PROJECT, _ALL, None).items
    return {
        "heads": [
            (h.model, h.latest_version, h.production_version, h.aliases, sorted(h.open_approvals), h.semver,
             sorted(h.consumers), h.description, h.tags, h.deleted_at is None)
            for h in heads
        ],
        "versions": [
            (v.model, v.version, v.stage, v.status, v.semver, v.description, v.manifest_digest)
            for h in heads for v in models.versions(PROJECT, h.model, _ALL, None).items
        ],
        "approvals": [
            (a.version, a.status, a.baseline_version, [(d.actor.person, d.verdict) for d in a.decisions])
            for a in models.approvals(PROJECT, _ALL, None).items
        ],
        "deployments": [
            (d.endpoint, d.version, d.kind, d.status)
            for h in heads for d in models.deployments(PROJECT, h.model, _ALL, None).items
        ],
        "endpoints": [(e.endpoint, e.version) for e in models.endpoints(PROJECT, _ALL, None).items],
        "trail": {h.model: [(r.action, r.actor.person) for r in trail(cloud, h.model)] for h in heads},
        "events": Counter(cloud.bus.sent.values()),
    }  # fmt: skip


def trail(cloud: Cloud, model: str) -> list[AuditRecord]:
    """Return what the trail of a model says beside restarts."""
    records = cloud.backend().models.audit(PROJECT, model, 0, _ALL)
    return [record for record in records if record.action not in _RESTARTED]


def check_whole(cloud: Cloud) -> None:
    """Fail if anything is half done, by the records alone."""
    models = cloud.backend().models
    for head in models.heads(PROJECT, _ALL, None).items:
        records = models.audit(PROJECT, head.model, 0, _ALL)
        assert [r.sequence for r in records] == list(range(1, head.audit_sequence + 1))
        assert [r.previous for r in records] == [GENESIS, *(r.digest for r in records[:-1])]
        assert all(r.digest == r.computed_digest() for r in records)
        assert head.audit_digest == records[-1].digest
        numbers = [v.version for v in models.versions(PROJECT, head.model, _ALL, None).items]
        assert numbers == list(range(head.latest_version, 0, -1))
    assert cloud.items("OUT#") == [], "the outbox is empty"
    waiting = {run.arn for run in cloud.states.runs.values() if run.status == "RUNNING"}
    pending = [a for a in models.approvals(PROJECT, _ALL, None).items if a.status == "pending"]
    assert waiting == {a.execution_arn for a in pending}, "who waits is asked, and nobody else waits"
