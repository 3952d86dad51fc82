"""What a route is, and what all paths are made of."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from lineal_contract import base, references
from lineal_contract.base import TOKEN_ROOT

A = TypeVar("A", bound=BaseModel)
"""The model a route answers with."""


IDEMPOTENCY_KEY = "Idempotency-Key"
"""The header that names a request, so that a repetition of it is known however late it comes."""


class Keyed:
    """What API Gateway routes by method and path, signed or, as a twin, with a bearer token."""

    method: str
    path: str

    @property
    def key(self) -> str:
        """The route key of an HTTP API."""
        return f"{self.method} {self.path}"

    @property
    def token_key(self) -> str:
        """The route key of the twin for bearer tokens."""
        return f"{self.method} {TOKEN_ROOT}{self.path}"


@dataclass(frozen=True)
class Route(Keyed, Generic[A]):
    """One operation. `function` is the folder of the Lambda function that serves it.

    `path` has the parameters in braces, as API Gateway writes them. `signed_only` keeps bearer tokens out.
    `once` ones are done once for each `Idempotency-Key`; the others are safe to repeat by what they are.
    """

    name: str
    method: str
    path: str
    function: str
    answer: type[A]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    status: int = 200
    summary: str = ""
    signed_only: bool = False
    once: bool = False

    def url_path(self, **values: str | int) -> str:
        """Return the path with `values` percent-encoded into it. Raises KeyError for a missing one."""
        quoted: dict[str, Any] = {k: quote(str(v), safe="") for k, v in values.items()}
        return self.path.format_map(quoted)

    @property
    def takes_tokens(self) -> bool:
        """Whether a bearer token can do anything here: it is for one project, and makes no other token."""
        return "{project}" in self.path and not self.signed_only


V1 = "/v1/projects/{project}"
RUN = f"{V1}/runs/{{run_id}}"
MODEL = f"{V1}/models/{{model}}"
VERSION = f"{MODEL}/versions/{{version}}"

PATH_PARAMETERS: dict[str, Any] = {
    "project": base.ProjectName,
    "experiment_id": base.ExperimentId,
    "run_id": base.RunId,
    "digest": base.Digest,
    "model": base.ModelName,
    "version": references.VersionSelector,
    "alias": references.AliasName,
    "consumer": base.Slug,
    "approval_id": base.RecordId,
    "endpoint": base.EndpointName,
    "person_id": base.PersonId,
    "token_id": base.RecordId,
}
"""What each path parameter looks like; anything else is a 400."""
