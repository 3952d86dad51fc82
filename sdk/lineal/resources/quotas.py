"""What the project may use, and what it uses."""

from lineal.resources.base import Resource
from lineal_contract.quotas import Quota, StoredQuota, Usage
from lineal_contract.routes import admin, tracking


class Quotas(Resource):
    """The quota of the project."""

    def usage(self) -> Usage:
        """Return what the project uses now, and its quota."""
        return self._api.call(tracking.GET_USAGE)

    def put(self, quota: Quota) -> StoredQuota:
        """Put a quota in force: a raised one at once, a lowered one within a minute."""
        return self._api.call(admin.PUT_QUOTA, body=quota)
