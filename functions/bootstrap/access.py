"""Access: who is let in, and what admins do."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from functions.bootstrap.stores import Stores

if TYPE_CHECKING:
    from functions.core.access.access import Access
    from functions.core.access.admission import Admission
    from functions.core.access.bearing import Bearing, Tokens
    from functions.core.access.people import PeopleAdministration
    from functions.core.access.project_rules import RulesAdministration
    from functions.core.access.projects import ProjectAdministration
    from functions.core.audit.trails import Recorder
    from functions.core.ports.access import TokenStore


class AccessRoom(Stores):
    """People, projects, tokens."""

    @cached_property
    def access(self) -> Access:
        """People and their identities."""
        from functions.core.access.access import Access

        return Access(self.people)

    @cached_property
    def admission(self) -> Admission:
        """Who is let in."""
        from functions.core.access.admission import Admission

        return Admission(self.people, self.projects, self._settings.members(), self._world.clock)

    @cached_property
    def bearing(self) -> Bearing:
        """Tokens that requests present."""
        from functions.core.access.bearing import Bearing

        return Bearing(self._token_store, self.people, self._world.clock)

    @cached_property
    def tokens(self) -> Tokens:
        """Tokens that people make."""
        from functions.core.access.bearing import Tokens

        return Tokens(self._token_store, self.admission, self._recorder)

    @cached_property
    def people_administration(self) -> PeopleAdministration:
        """People and their identities."""
        from functions.core.access.people import PeopleAdministration

        return PeopleAdministration(self.people, self._recorder)

    @cached_property
    def project_administration(self) -> ProjectAdministration:
        """Projects and their members."""
        from functions.core.access.projects import ProjectAdministration

        return ProjectAdministration(self.projects, self.people, self._recorder)

    @cached_property
    def rules_administration(self) -> RulesAdministration:
        """Promotion rules and quotas."""
        from functions.adapters.quotas import DynamoQuotas
        from functions.core.access.project_rules import RulesAdministration

        # What was used of a quota is counted in a table that admins' functions do not see.
        quotas = DynamoQuotas(self._registry_table, None)
        return RulesAdministration(self.policies, quotas, self._recorder)

    @cached_property
    def _token_store(self) -> TokenStore:
        from functions.adapters.tokens import DynamoTokens

        return DynamoTokens(self._registry_table)

    @cached_property
    def _recorder(self) -> Recorder:
        from functions.core.audit.trails import Recorder

        return Recorder(self.trails, self._contention)
