"""Anchors of audit chains: versions of one small object per chain in the artifacts bucket."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.adapters.dynamo import Table, sort_key
from functions.adapters.keys import registry as keys
from functions.adapters.service_errors import NO_ANSWER, ServiceError, code_of
from functions.core.errors import StaleError, UnavailableError
from lineal_contract.audit import AuditAnchor

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_A_SWEEP = 200


@dataclass(frozen=True)
class S3Anchors:
    """The `Anchors` port."""

    table: Table
    client: "S3Client"
    bucket: str

    def waiting(self) -> list[tuple[str, str, int]]:
        """Return grown chains, at most 200 a sweep."""
        items = self.table.query(keys.UNANCHORED, limit=_A_SWEEP)
        named = ((sort_key(item).partition("#"), int(item["grown_to"]["N"])) for item in items)
        return [(project, model, sequence) for (model, _, project), sequence in named]

    def put(self, project: str, model: str, anchor: AuditAnchor) -> None:
        """Write an anchor as the newest version of the chain's object."""
        body = anchor.model_dump_json().encode()
        try:
            self.client.put_object(Bucket=self.bucket, Key=_key(project, model), Body=body)
        except (*NO_ANSWER, ServiceError) as error:
            raise UnavailableError("the anchor could not be written") from error

    def done(self, project: str, model: str, sequence: int) -> None:
        """Delete the entry if it is still the one of `sequence`."""
        try:
            self.table.delete(
                keys.unanchored(project, model), "grown_to = :seen", {":seen": {"N": str(sequence)}}
            )
        except StaleError:
            return  # it has grown meanwhile, or another sweep was here

    def last(self, project: str, model: str) -> AuditAnchor | None:
        """Read the newest version of the chain's object."""
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=_key(project, model))
            return AuditAnchor.model_validate_json(answer["Body"].read())
        except NO_ANSWER as error:
            raise UnavailableError("the object store did not answer") from error
        except ServiceError as error:
            if code_of(error) != "NoSuchKey":
                raise UnavailableError("the anchor could not be read") from error
            return None


def _key(project: str, model: str) -> str:
    """A project's own trail has no model, the installation's no project; no project is called `_`."""
    return f"anchors/{project}/{model}.json" if model else f"anchors/{project or '_'}.json"
