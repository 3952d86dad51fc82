"""Which release this is, for the client and for the stack that it speaks to."""

RELEASE = "0.1.0"
"""The package's version, known without its metadata: functions have none."""


def line(release: str) -> tuple[int, ...]:
    """Return what two releases that understand each other agree in: before 1.0.0 the minor version, too."""
    major, minor, _ = (int(part) for part in release.split("."))
    return (major, minor) if major == 0 else (major,)
