"""The project's promotion rules."""

from collections.abc import Iterator

from lineal.http.api import checked_input, paged
from lineal.resources.base import Resource
from lineal_contract.base import Page
from lineal_contract.policies import Policy, StoredPolicy
from lineal_contract.rehearsals import Backtested, BacktestPolicy, CheckPolicy, PolicyCheck
from lineal_contract.routes import admin, registry
from lineal_contract.stages import Stage, StageName


class Policies(Resource):
    """The promotion rules of the project."""

    def get(self) -> StoredPolicy:
        """Return the rules in force."""
        return self._api.call(registry.GET_POLICY)

    def put(self, policy: Policy) -> StoredPolicy:
        """Put rules in force."""
        return self._api.call(admin.PUT_POLICY, body=policy)

    def check(
        self, policy: Policy, model: str, version: int, stage: StageName = Stage.PRODUCTION
    ) -> PolicyCheck:
        """Return how rules would judge a version now. Raises NotFoundError, ConflictError."""
        with checked_input():
            asked = CheckPolicy(policy=policy, model=model, version=version, stage=stage)
        return self._api.call(registry.CHECK_POLICY, body=asked)

    def backtest(self, policy: Policy, model: str | None = None) -> Iterator[Backtested]:
        """Yield how rules would have judged the requests of the past, newest first; of one model, or all."""
        with checked_input():
            asked = BacktestPolicy(policy=policy, model=model)

        def fetch(token: str | None) -> Page[Backtested]:
            page = asked.model_copy(update={"page_token": token})
            return self._api.call(registry.BACKTEST_POLICY, body=page)

        return paged(fetch)
