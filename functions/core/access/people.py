"""People and their identities, as an admin records them."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.core.audit.trails import INSTALLATION, Note, Recorder
from functions.core.causes import Cause, Said
from functions.core.errors import InvalidRequestError, NotFoundError
from functions.core.ports.access import People
from lineal_contract.base import Page
from lineal_contract.people import Person, PutPerson, UpdatePerson

MAX_IDENTITIES = 20


@dataclass(frozen=True)
class PeopleAdministration:
    """Each change leaves a record in the installation's trail: people belong to no project."""

    people: People
    recorder: Recorder

    def put_person(self, person_id: str, wanted: PutPerson, cause: Cause) -> Person:
        """Store a person, also one who was removed. Raises InvalidRequestError, AlreadyExistsError."""
        _check_identities(wanted.identities)

        def attempt(note: Note) -> Person:
            before = self.people.get(person_id)
            kept = before is not None and before.removed_at is None
            since = before.recorded_at if before and kept else cause.at
            person = Person(person_id=person_id, recorded_at=since, **dict(wanted))
            if person == before:
                return person
            details = wanted.model_dump(mode="json", exclude={"email"})
            self.people.put(person, note.entry("person.recorded", f"person/{person_id}", **details))
            return person

        return self._of_person(person_id, cause, attempt)

    def update_person(self, person_id: str, wanted: UpdatePerson, cause: Cause) -> Person:
        """Give a person identities, or take some away; what is so already is left.

        Raises NotFoundError, InvalidRequestError, AlreadyExistsError for an identity of somebody else.
        """

        def attempt(note: Note) -> Person:
            before = recorded(self.people, person_id)
            kept = tuple(i for i in before.identities if i not in wanted.unlink)
            identities = (*kept, *(i for i in wanted.link if i not in kept))
            _check_identities(identities)
            if identities == before.identities:
                return before
            person = before.model_copy(update={"identities": identities})
            details = {"linked": list(wanted.link), "unlinked": list(wanted.unlink)}
            self.people.put(person, note.entry("person.updated", f"person/{person_id}", **details))
            return person

        return self._of_person(person_id, cause, attempt)

    def remove_person(self, person_id: str, cause: Cause) -> Person:
        """Take a person's identities, their tokens and their say. Raises NotFoundError."""

        def attempt(note: Note) -> Person:
            before = self.people.get(person_id)
            if before is not None and before.removed_at is not None:
                return before
            gone = {"identities": (), "removed_at": cause.at}
            person = recorded(self.people, person_id).model_copy(update=gone)
            self.people.put(person, note.entry("person.removed", f"person/{person_id}"))
            return person

        return self._of_person(person_id, cause, attempt)

    def list_people(self, page_size: int, page_token: str | None) -> Page[Person]:
        """Return people by id; who was removed is left out, so a page may be short."""
        page = self.people.list(page_size, page_token)
        return page.model_copy(update={"items": tuple(p for p in page.items if p.removed_at is None)})

    def _of_person(self, person_id: str, cause: Cause, attempt: Callable[[Note], Person]) -> Person:
        """Change a person; who asks a second time gets them as they are now, removed or not."""

        def now(_: Said) -> Person:
            return self.people.get(person_id) or recorded(self.people, person_id)

        return self.recorder.run(INSTALLATION, cause, attempt, repeated=now)


def recorded(people: People, person_id: str) -> Person:
    """Return a person who was not removed. Raises NotFoundError."""
    person = people.get(person_id)
    if person is None or person.removed_at is not None:
        raise NotFoundError(f"nobody is recorded as {person_id!r}")
    return person


def _check_identities(identities: tuple[str, ...]) -> None:
    if len(set(identities)) != len(identities):
        raise InvalidRequestError("an identity is listed twice")
    if len(identities) > MAX_IDENTITIES:
        raise InvalidRequestError(f"a person has at most {MAX_IDENTITIES} identities")
