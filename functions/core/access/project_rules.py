"""What an admin puts in force in a project: promotion rules and a quota."""

from dataclasses import dataclass

from functions.core.access.access import stored_policy
from functions.core.audit.trails import Note, Recorder
from functions.core.causes import Cause
from functions.core.ports.access import QuotaSettings
from functions.core.ports.registry import Policies
from lineal_contract.policies import Policy, StoredPolicy
from lineal_contract.quotas import Quota, StoredQuota


@dataclass(frozen=True)
class RulesAdministration:
    """Each change leaves a record in the project's trail."""

    policies: Policies
    quotas: QuotaSettings
    recorder: Recorder

    def policy(self, project: str) -> StoredPolicy:
        """Return the rules in force in a project."""
        return stored_policy(self.policies, project)

    def put_policy(self, project: str, policy: Policy, cause: Cause) -> StoredPolicy:
        """Put a project's rules in force; the record has their digest, and where they came from.

        The same rules of the same commit again leave no record.
        """

        def attempt(note: Note) -> StoredPolicy:
            if self.policies.current(project) == policy:
                return stored_policy(self.policies, project)
            before = stored_policy(self.policies, project).ref.digest
            details = {"name": policy.name, "digest": policy.digest(), "before": before}
            if policy.commit is not None:
                details["commit"] = policy.commit
            self.policies.put(project, policy, note.entry("policy.put", f"project/{project}", **details))
            return stored_policy(self.policies, project)

        return self.recorder.run(project, cause, attempt, repeated=lambda _: self.policy(project))

    def put_quota(self, project: str, wanted: Quota, cause: Cause) -> StoredQuota:
        """Put a quota in force, a lowered one within a minute. The same again leaves no record."""
        stored = StoredQuota(**dict(wanted), custom=True)

        def attempt(note: Note) -> StoredQuota:
            before = self.quotas.quota(project)
            if before != stored:
                details = wanted.model_dump(mode="json")
                details["before"] = before.model_dump(mode="json") if before else None
                entry = note.entry("quota.put", f"project/{project}", **details)
                self.quotas.put_quota(project, stored, entry)
            return stored

        return self.recorder.run(
            project, cause, attempt, repeated=lambda _: self.quotas.quota(project) or stored
        )
