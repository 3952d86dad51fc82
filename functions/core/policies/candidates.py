"""What the rules look at, collected from where it is kept."""

from dataclasses import dataclass

from functions.core.errors import BytesChangedError
from functions.core.models.completeness import lineage_of
from functions.core.models.signing import Signing
from functions.core.policies.rules import Candidate
from functions.core.ports.registry import ModelStore
from functions.core.ports.tracking import RunStore
from lineal_contract.policies import Policy
from lineal_contract.registry import ModelVersion
from lineal_contract.rules import Signed


@dataclass(frozen=True)
class Candidates:
    """Reads what a version is judged by."""

    models: ModelStore
    runs: RunStore
    signing: Signing

    def of(self, policy: Policy, version: ModelVersion, baseline: int | None, at: int) -> Candidate:
        """Return a version as a policy's rules see it at a time, beside the version `baseline`.

        Raises NotFoundError, and UnavailableError where a signature cannot be checked now.
        """
        run = self.runs.get(version.project, version.run_id) if version.run_id else None
        compared = self.models.version(version.project, version.model, baseline) if baseline else None
        # The check is a call of the key's: made where a rule asks for it.
        unsigned = self._unsigned(version) if _asks_for_signature(policy) else None
        return Candidate(version, compared, lineage_of(version, run), run, at, unsigned)

    def _unsigned(self, version: ModelVersion) -> str | None:
        if self.signing.signer is None:
            return "this installation signs no versions"
        try:
            self.signing.check(version)
        except BytesChangedError as error:
            return error.detail
        return None


def _asks_for_signature(policy: Policy) -> bool:
    return any(isinstance(rule, Signed) for stage in policy.stages.values() for rule in stage.rules)
