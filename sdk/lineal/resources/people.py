"""People: which identities belong to one human."""

from collections.abc import Iterator, Sequence

from lineal.http.api import checked_input, limited, paged
from lineal.resources.base import Resource
from lineal_contract.base import Page
from lineal_contract.people import Person, PutPerson, UpdatePerson, WhoAmI
from lineal_contract.registry import PageQuery
from lineal_contract.routes import admin, tracking


class People(Resource):
    """The person records of the installation."""

    def me(self) -> WhoAmI:
        """Return the caller as the server sees them."""
        return self._api.call(tracking.WHO_AM_I)

    def list(self, *, limit: int | None = None) -> Iterator[Person]:
        """Yield all people."""

        def fetch(token: str | None) -> Page[Person]:
            return self._api.call(admin.LIST_PEOPLE, query=PageQuery(page_token=token))

        return limited(paged(fetch), limit)

    def put(
        self, person_id: str, *, name: str, email: str | None = None, identities: Sequence[str] = ()
    ) -> Person:
        """Record a person, in place of what was recorded before. Identities are ARNs."""
        with checked_input():
            person = PutPerson(name=name, email=email, identities=tuple(identities))
        return self._api.call(admin.PUT_PERSON, body=person, person_id=person_id)

    def link(self, person_id: str, identity: str) -> Person:
        """Give a person an identity. Raises NotFoundError, ConflictError for one of somebody else."""
        return self._update(person_id, link=(identity,))

    def unlink(self, person_id: str, identity: str) -> Person:
        """Take an identity from a person; it is nobody's from then on. Raises NotFoundError."""
        return self._update(person_id, unlink=(identity,))

    def remove(self, person_id: str) -> Person:
        """Remove a person: their identities are nobody's, their tokens end, they decide nothing any more."""
        return self._api.call(admin.REMOVE_PERSON, person_id=person_id)

    def _update(self, person_id: str, *, link: tuple[str, ...] = (), unlink: tuple[str, ...] = ()) -> Person:
        with checked_input():
            wanted = UpdatePerson(link=link, unlink=unlink)
        return self._api.call(admin.UPDATE_PERSON, body=wanted, person_id=person_id)
