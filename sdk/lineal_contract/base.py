"""The base of every wire model and the field types they share."""

from typing import Annotated, Generic, TypeVar
from unicodedata import category, is_normalized

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

Item = TypeVar("Item")


class Wire(BaseModel):
    """An immutable model on the wire; unknown fields of a request are refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        hide_input_in_errors=True,  # errors are logged, and inputs may be secrets
        ser_json_inf_nan="strings",
        ser_json_bytes="base64",
        val_json_bytes="base64",
    )


class Answer(Wire):
    """A model the server sends; fields a newer server adds are ignored by an older client."""

    model_config = ConfigDict(extra="ignore")


class Tagged(Answer):
    """An answer that a client may keep: asked for again with its tag, it is 304 while nothing has changed."""

    def etag(self) -> str:
        """Return the entity tag, in quotes."""
        raise NotImplementedError


class Page(Answer, Generic[Item]):
    """One page of a listing; `next_page_token` is null on the last one."""

    items: tuple[Item, ...]
    next_page_token: str | None = None


def _stays_inside(path: str) -> str:
    if any(segment in ("", ".", "..") for segment in path.split("/")):
        raise ValueError("a path has no empty, `.` or `..` segment")
    return path


def _is_unambiguous(key: str) -> str:
    if not key.isascii() and (not is_normalized("NFC", key) or any(category(c) == "Cf" for c in key)):
        raise ValueError(
            "a key is in Unicode's composed form (NFC), without invisible or direction characters"
        )
    return key


TOKEN_ROOT = "/token"  # noqa: S105 - a path
"""Below it every route of the API is a second time, for bearer tokens."""

Millis = Annotated[int, Field(ge=0, le=253_402_300_799_999, strict=True)]
"""UTC milliseconds since the epoch, up to the end of the year 9999."""

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A finite number, neither a bool nor a string that reads as one."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in lower-case hex."""

KnownDigest = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]
"""The same, empty where nobody has hashed the bytes."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$")]
"""A name that stands in paths and keys: 1 to 64 of a-z, 0-9, dot, underscore, hyphen."""

ProjectName = Slug
PersonId = Slug
ModelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$")]
EndpointName = ModelName
ExperimentId = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,18})$")]
"""63 bits in decimal; `0` is the experiment that every project has."""
RunId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
RecordId = RunId
"""Ids of approvals, deployments and events: 32 hex digits, a UUIDv7, so that they sort by time."""

VersionNumber = Annotated[int, Field(ge=1, le=999_999, strict=True)]
Key = Annotated[
    str,
    StringConstraints(min_length=1, max_length=250, pattern=r"^[^\x00-\x1f\x7f]+$"),
    AfterValidator(_is_unambiguous),
]
"""The key of a param, metric or tag: no control characters, and no two that look the same and are not."""

Text = Annotated[str, StringConstraints(max_length=8_000)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]
ParamValue = Annotated[str, StringConstraints(max_length=6_000)]
RelativePath = Annotated[
    str,
    StringConstraints(min_length=1, max_length=900, pattern=r"^[^\x00-\x1f\x7f\\]+$"),
    AfterValidator(_stays_inside),
]
"""A path inside an artifact: forward slashes, no empty, `.` or `..` segment, no control characters."""
