"""How the demonstration can fail."""

from lineal.errors import LinealError


class DemoError(LinealError):
    """A step did not come out as it must; the message says which."""
