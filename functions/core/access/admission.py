"""Who is let in: the caller's person, and whether their roles in the project reach the route.

IAM, or a token's own role, has allowed the call by then. Membership narrows that down for people: it never
lets anybody in whom the gateway would not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from functions.core.access.bearing import Grant
from functions.core.errors import ForbiddenError, NotFoundError, UnauthenticatedError
from functions.core.ports.access import People, Projects
from functions.core.ports.world import Clock
from lineal_contract.people import Actor
from lineal_contract.permissions import Operation, allows, refuses_at_once
from lineal_contract.roles import Role

REMEMBERED_MILLIS = 5_000
"""How long a standing is taken as read where a stale one is harmless."""
_MOST_REMEMBERED = 1_000
_INSTALLATION = "/admin/"


@dataclass(frozen=True)
class Caller:
    """Who calls, by the gateway's word alone: an IAM identity, or a token and what it grants."""

    principal: str
    account: str
    grant: Grant | None = None


@dataclass(frozen=True)
class Standing:
    """What a caller is in a project. `roles` is null for one who is no person: IAM alone has a say there."""

    actor: Actor
    roles: frozenset[Role] | None


@dataclass(frozen=True)
class Admission:
    """Lets callers in. `default_members` are the members of projects that nobody has created."""

    people: People
    projects: Projects
    default_members: Mapping[str, Role]
    clock: Clock
    _remembered: dict[tuple[str, str | None], tuple[int, Standing]] = field(default_factory=dict)

    def admit(self, route: Operation, project: str | None, caller: Caller) -> Actor:
        """Return the caller as an actor.

        Raises UnauthenticatedError for a token that has expired, ForbiddenError, NotFoundError for a project
        that is not there.
        """
        if caller.grant is not None:
            check_grant(caller.grant, route, project, self.clock())
        if caller.grant is None and route.path.startswith(_INSTALLATION):
            project = None  # IAM alone decides, not least on who creates the project
        standing = self._standing(route, project, caller)
        if project is None:
            return standing.actor
        held = standing.roles
        if caller.grant is not None and held is not None:
            held &= {caller.grant.role}
        if held is not None and not any(allows(role, route) for role in held):
            raise ForbiddenError(_not_a_member(standing, project, caller.grant))
        return standing.actor

    def roles(self, project: str, person: str) -> frozenset[Role]:
        """Return a person's roles in a project, read anew. Raises NotFoundError without such a project."""
        member = self.projects.member(project, person)
        if member is not None:
            return frozenset(member.roles)
        if self.projects.get(project) is not None:
            return frozenset()
        self._require_defaults(project)
        return frozenset({self.default_members[person]} if person in self.default_members else ())

    def _standing(self, route: Operation, project: str | None, caller: Caller) -> Standing:
        if refuses_at_once(route):
            return self._looked_up(project, caller)
        key, now = (caller.principal, project), self.clock()
        known = self._remembered.get(key)
        if known is not None and known[0] > now:
            return known[1]
        standing = self._looked_up(project, caller)
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[key] = (now + REMEMBERED_MILLIS, standing)
        return standing

    def _looked_up(self, project: str | None, caller: Caller) -> Standing:
        person = caller.grant.person if caller.grant else self._person(caller.principal)
        actor = Actor(principal=caller.principal, person=person)
        if project is None:
            return Standing(actor, None)
        if person is not None:
            return Standing(actor, self.roles(project, person))
        if self.projects.get(project) is None:
            self._require_defaults(project)
        return Standing(actor, None)

    def _person(self, principal: str) -> str | None:
        found = self.people.by_principal(principal)
        return found.person_id if found else None

    def _require_defaults(self, project: str) -> None:
        if not self.default_members:
            raise NotFoundError(
                f"there is no project {project}: an admin makes it with `lineal projects create {project}`"
            )


def check_grant(grant: Grant, route: Operation, project: str | None, now: int) -> None:
    """Hold a token's grant against one call; the gateway's answer may be another call's, remembered.

    Raises UnauthenticatedError, ForbiddenError.
    """
    if now >= grant.expires_at:
        raise UnauthenticatedError("the token has expired")
    if not route.takes_tokens:
        raise ForbiddenError("this needs AWS credentials: a token is for one project, and makes no tokens")
    if project != grant.project:
        raise ForbiddenError(f"the token is for project {grant.project}, not {project}")
    if not allows(grant.role, route):
        raise ForbiddenError(f"a token with the role {grant.role} may not call {route.name}")


def _not_a_member(standing: Standing, project: str, grant: Grant | None) -> str:
    who = standing.actor.person
    if grant is not None:
        return f"{who} no longer has the role {grant.role} in project {project}"
    if not standing.roles:
        return f"{who} is not a member of project {project}"
    return f"{who}'s roles in project {project}, {', '.join(sorted(standing.roles))}, do not reach this"
