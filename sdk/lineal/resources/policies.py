"""The project's promotion rules."""

from lineal.resources.base import Resource
from lineal_contract import routes
from lineal_contract.policies import Policy, StoredPolicy


class Policies(Resource):
    """The promotion rules of the project."""

    def get(self) -> StoredPolicy:
        """Return the rules in force."""
        return self._api.call(routes.GET_POLICY)

    def put(self, policy: Policy) -> StoredPolicy:
        """Put rules in force."""
        return self._api.call(routes.PUT_POLICY, body=policy)
