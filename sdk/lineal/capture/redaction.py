"""What looks like a secret is not recorded: known by its name, or by its shape.

From the standard library alone: the process that copies a run's output uses it too.
"""

import os
import re
from collections.abc import Mapping

HIDDEN = "[redacted]"

_NAMES = re.compile(
    r"passw|secret|token|credential|api_?key|access_?key|private_?key|auth(?!or(?!i))|signature|cookie|session_?id"
    r"|(?:^|_)(?:key|pwd|pass|pat|dsn|sas)$|connection_?string|database_?url",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"token(?:s|izer|izers|ization|_?ids?|_?type|_?embed)|(?:^|_)(?:max|min|num|n|bos|eos|pad|unk|sep|cls|mask)_?token"
    r"|primary_?key|sort_?key|partition_?key",
    re.IGNORECASE,
)
_SHAPES = re.compile(
    r"(?P<keep>://)[^\s/:@'\"<>]*:[^\s@'\"<>]+(?=@)"  # user:password@host
    r"|\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b"
    r"|\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|hf_[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{30,})"
    r"|\bxox[abeoprs]-[\w-]{10,}|\b(?:sk|rk|pk)[-_](?:live_|test_|proj-|ant-)?[A-Za-z0-9_-]{20,}"
    r"|\bAIza[\w-]{35}|\bya29\.[\w-]{20,}|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?P<bearer>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{12,}"
    r"|(?P<signed>[?&](?:X-Amz-(?:Signature|Credential|Security-Token)|sig|Signature)=)[^\s&'\"<>]+"
    r"|(?P<named>\b[\w.-]*(?:password|passwd|secret|token|api_?key|access_?key|private_?key|credential)s?"
    r"[\"']?\s*(?::|=|\s--?>)\s*[\"']?)(?!\[redacted\])[^\s\"',;&)}\]]{6,}",
    re.IGNORECASE,
)
_SURE = re.compile(
    r"passw|secret|credential|api_?key|access_?key|private_?key|(?:^|_)pwd$|connection_?string", re.IGNORECASE
)
_OPAQUE = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[\w+/=.~-]{10,}", re.ASCII)
_SHORTEST = 8


def is_secret_name(name: str) -> bool:
    """Say whether a variable, argument or hyperparameter of this name is likely to hold a secret."""
    return bool(_NAMES.search(_HARMLESS.sub("", _plain(name))))


def redacted(text: str) -> str:
    """Return the text with what has the shape of a secret replaced by `[redacted]`."""
    return _SHAPES.sub(_hide, text)


def redacted_param(name: str, value: str) -> str:
    """Return a param as it may be recorded; the names of nested ones are joined with dots.

    `label_key`, `image_token` and `auth` are names of harmless params too: under such a name only what is as
    opaque as a secret is hidden.
    """
    if value and is_secret_name(name) and (_SURE.search(_plain(name)) or _OPAQUE.fullmatch(value)):
        return HIDDEN
    return redacted(value)


def secret_values(environment: Mapping[str, str] = os.environ) -> "re.Pattern[str] | None":
    """Return a pattern of the values that variables with secret names have; None where there is none."""
    values = {v for k, v in environment.items() if len(v) >= _SHORTEST and is_secret_name(k)}
    found = sorted((v for v in values if not v.isdigit() and v[0] != "/"), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, found))) if found else None


def _plain(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").replace(".", "_")


def _hide(found: "re.Match[str]") -> str:
    kept = found["keep"] or found["bearer"] or found["signed"] or found["named"] or ""
    if found["named"] and _HARMLESS.search(found["named"]):
        return found[0]
    return kept + HIDDEN
