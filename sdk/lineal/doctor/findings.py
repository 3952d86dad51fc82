"""What a check came to, and what to do about it."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Verdict(StrEnum):
    """`warning` is worth knowing and stops nothing; `skipped` could not be told or does not apply."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


class Finding(BaseModel):
    """The outcome of one check; `advice` says what to do, and is null where there is nothing to do."""

    model_config = ConfigDict(frozen=True)

    check: str
    verdict: Verdict
    detail: str
    advice: str | None = None


def ok(check: str, detail: str) -> Finding:
    """Return that all is well."""
    return Finding(check=check, verdict=Verdict.OK, detail=detail)


def warning(check: str, detail: str, advice: str) -> Finding:
    """Return something worth knowing."""
    return Finding(check=check, verdict=Verdict.WARNING, detail=detail, advice=advice)


def failed(check: str, detail: str, advice: str) -> Finding:
    """Return what must be mended before lineal works here."""
    return Finding(check=check, verdict=Verdict.FAILED, detail=detail, advice=advice)


def skipped(check: str, detail: str, advice: str | None = None) -> Finding:
    """Return that the check was not made."""
    return Finding(check=check, verdict=Verdict.SKIPPED, detail=detail, advice=advice)
