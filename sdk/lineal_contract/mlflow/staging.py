"""Where in the bucket MLflow clients put files, apart from content addresses."""

STAGING = "mlflow"
"""Behind a project's prefix, what the keys of staged files begin with."""

REGISTRATIONS = "registrations/"
"""What the keys of documents on pending versions begin with; they are below no project's prefix."""

MAX_PARTS = 2_500
"""Of an upload, so that their addresses fit one answer; with parts of 10 MB that is 25 GB."""


def prefix(project: str) -> str:
    """Return what the keys of a project's staged files begin with; it ends in a slash."""
    return f"projects/{project}/{STAGING}/"
