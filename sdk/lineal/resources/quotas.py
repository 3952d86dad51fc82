"""What the project may use, and what it uses."""

from lineal.resources.base import Resource
from lineal_contract import routes
from lineal_contract.quotas import Quota, StoredQuota, Usage


class Quotas(Resource):
    """The quota of the project."""

    def usage(self) -> Usage:
        """Return what the project uses now, and its quota."""
        return self._api.call(routes.GET_USAGE)

    def put(self, quota: Quota) -> StoredQuota:
        """Put a quota in force; it is followed within a minute."""
        return self._api.call(routes.PUT_QUOTA, body=quota)
