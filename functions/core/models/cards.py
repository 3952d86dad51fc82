"""Cards: what is known of a version without anybody writing it, and new revisions of what people write."""

from dataclasses import dataclass

from functions.core.causes import Cause
from functions.core.commits import Contention
from functions.core.errors import ConflictError, NotFoundError
from functions.core.ledger import Change, Draft, ModelHead
from functions.core.models.naming import head_of, resolve, version_of
from functions.core.once import Once
from functions.core.ports.registry import ModelStore
from functions.core.ports.tracking import RunStore
from lineal_contract.cards import CARD_FIELDS, CardFact, CardRef, CardRevision, ModelCard, PutCard, ShownCard
from lineal_contract.registry import ModelVersion
from lineal_contract.runs import Run

MAX_REVISIONS = 1_000
_METRICS = 50


def facts(version: ModelVersion, run: Run | None) -> tuple[CardFact, ...]:
    """Return what a version and its run say by themselves."""
    of_version = f"{version.model}@{version.version}"
    said = [("evaluation", _metrics(version), of_version), ("training", _kind(version), of_version)]
    if run is not None:
        source = f"run {run.run_id}"
        said += [
            ("data", "; ".join(f"{d.name} ({d.context}) {d.digest}" for d in run.datasets), source),
            ("training", _code(run), source),
            ("training", _environment(run), source),
            ("owner", run.actor.person or "", source),
        ]
    else:
        said.append(("training", f"made outside: {version.source}", of_version))
    return tuple(CardFact(field=field, text=text, source=source) for field, text, source in said if text)


def known_fields(version: ModelVersion, run: Run | None) -> set[str]:
    """Return the fields of a card that somebody has written or that are known without."""
    written = version.card.filled if version.card else ()
    return {*written, *(fact.field for fact in facts(version, run))}


def write(head: ModelHead, version: ModelVersion, wanted: PutCard, cause: Cause) -> Change | None:
    """Return the change that adds a revision, or None for the same words again. Raises ConflictError."""
    digest, before = wanted.card.digest(), version.card
    if before is not None and before.digest == digest:
        return None
    if wanted.replaces is not None and wanted.replaces != (before.digest if before else None):
        raise ConflictError("the card was changed since it was read: read it again")
    number = before.revision + 1 if before else 1
    if number > MAX_REVISIONS:
        raise ConflictError(f"a card has at most {MAX_REVISIONS} revisions")
    reference = CardRef(revision=number, digest=digest, filled=wanted.card.filled())
    revision = CardRevision(
        model=version.model,
        version=version.version,
        revision=number,
        digest=digest,
        card=wanted.card,
        written_by=cause.actor,
        written_at=cause.at,
    )
    draft = Draft(head, cause)
    draft.put(edits=(version.model_copy(update={"card": reference}),), card=revision)
    draft.record("card.written", f"version/{version.version}", revision=number, card=digest)
    return draft.change()


@dataclass(frozen=True)
class Cards:
    """Shows and writes cards."""

    models: ModelStore
    runs: RunStore
    contention: Contention

    def show(self, project: str, model: str, which: str, revision: int | None) -> ShownCard:
        """Return a version's card, or an earlier revision of it. Raises NotFoundError."""
        head = head_of(self.models, project, model)
        version = version_of(self.models, head, resolve(self.models, head, which))
        return self._shown(version, revision)

    def write(self, project: str, model: str, which: str, wanted: PutCard, cause: Cause) -> ShownCard:
        """Return the card with a new revision; the same words again make none. Raises ConflictError."""

        deciding = Once(self.models, project, cause.said).deciding(write)

        def attempt() -> int:
            head = head_of(self.models, project, model)
            version = version_of(self.models, head, resolve(self.models, head, which))
            change = deciding(head, version, wanted, cause)
            if change is not None:
                self.models.commit(head, change)
            return version.version

        return self._shown(self.models.version(project, model, self.contention.run(attempt)), None)

    def _shown(self, version: ModelVersion, revision: int | None) -> ShownCard:
        number = revision or (version.card.revision if version.card else None)
        written = None if number is None else self._revision(version, number)
        run = self.runs.get(version.project, version.run_id) if version.run_id else None
        card = written.card if written else ModelCard()
        known = {fact.field for fact in facts(version, run)} | set(card.filled())
        return ShownCard(
            model=version.model,
            version=version.version,
            card=card,
            facts=facts(version, run),
            missing=tuple(name for name in CARD_FIELDS if name not in known),
            current=version.card,
            revision=written,
        )

    def _revision(self, version: ModelVersion, number: int) -> CardRevision:
        found = self.models.card(version.project, version.model, version.version, number)
        if found is None:
            raise NotFoundError(f"the card of version {version.version} has no revision {number}")
        return found


def _metrics(version: ModelVersion) -> str:
    return ", ".join(f"{key} {value:.6g}" for key, value in sorted(version.metrics.items())[:_METRICS])


def _kind(version: ModelVersion) -> str:
    if version.info is None:
        return ""
    return " ".join(filter(None, (version.info.algorithm, version.info.model_type, version.info.format)))


def _code(run: Run) -> str:
    if run.code.commit:
        return f"code {run.code.commit}" + (" with uncommitted changes" if run.code.dirty else "")
    return f"script {run.code.script} {run.code.script_digest}" if run.code.script_digest else ""


def _environment(run: Run) -> str:
    if run.environment is None:
        return ""
    return f"{run.environment.implementation} {run.environment.python} on {run.environment.platform}"
