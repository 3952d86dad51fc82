"""The workflow that hashes pending versions, and the documents it works on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.adapters.s3 import translated
from functions.adapters.workflows import described, execution_named, started
from functions.core.ports.workflows import Execution
from functions.core.registrations import Registration
from lineal_contract.digests import canonical_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True)
class RegistrationWorkflow:
    """The `RegistrationRuns` port: an execution is named after its registration, and numbered."""

    client: "SFNClient"
    state_machine_arn: str

    def arn_of(self, registration_id: str, restarts: int) -> str:
        """Return the ARN that Step Functions gives an execution of this name."""
        return execution_named(self.state_machine_arn, f"{registration_id}-{restarts + 1}")

    def start(self, registration: Registration) -> None:
        """Start it with two names, under which the steps read the rest."""
        given = {"project": registration.project, "registration_id": registration.registration_id}
        arn = registration.execution_arn
        started(self.client, self.state_machine_arn, arn, canonical_json(given).decode())

    def execution(self, arn: str) -> Execution:
        """Say how an execution stands."""
        return described(self.client, arn)


@dataclass(frozen=True)
class S3Plans:
    """The `Plans` port below a prefix of the bucket, whose lifecycle rule lets them expire."""

    client: "S3Client"
    bucket: str
    prefix: str

    def put(self, project: str, work_id: str, name: str, data: bytes) -> None:
        """Put a document."""
        with translated("the bucket is not there"):
            self.client.put_object(Bucket=self.bucket, Key=self._key(project, work_id, name), Body=data)

    def get(self, project: str, work_id: str, name: str) -> bytes:
        """Get a document."""
        key = self._key(project, work_id, name)
        with translated(f"the document {key} is gone"):
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def _key(self, project: str, work_id: str, name: str) -> str:
        return f"{self.prefix}{project}/{work_id}/{name}"
