"""The environment of a function, typed: infrastructure writes it, the composition root reads it."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from lineal_contract.roles import Role

_PREFIX = "LINEAL_"


class MissingSettingError(LookupError):
    """The function's environment lacks a setting that its work needs."""


class Settings(BaseModel):
    """Names of the resources a function works with; one it has no grant for is not given to it."""

    model_config = ConfigDict(frozen=True)

    runs_table: str | None = None
    registry_table: str | None = None
    artifacts_bucket: str | None = None
    bus_name: str | None = None
    approval_workflow_arn: str | None = None
    signing_key: str | None = None
    api_url: str | None = None
    default_members: str | None = None
    """Who is a member of any project that nobody has created, as `person=role,…`; in the cloud nobody."""
    trail_patience_seconds: str | None = None
    mail_topic_arn: str | None = None
    deployment_workflow_arn: str | None = None
    registration_workflow_arn: str | None = None
    webhook_queue_url: str | None = None
    webhook_function: str | None = None
    webhook_hosts: str | None = None
    """Hosts that webhooks may reach though they are private, and without TLS, divided by commas."""

    def to_env(self) -> dict[str, str]:
        """Return the environment variables that `from_env` reads these settings from."""
        given = self.model_dump(exclude_none=True)
        return {f"{_PREFIX}{name.upper()}": value for name, value in given.items()}

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Return the settings in `environ`; the ones it does not have are None."""
        names = {name: f"{_PREFIX}{name.upper()}" for name in cls.model_fields}
        return cls(**{name: environ[key] for name, key in names.items() if key in environ})

    def members(self) -> dict[str, Role]:
        """Return the default members by person."""
        pairs = (pair.partition("=") for pair in (self.default_members or "").split(",") if pair)
        return {person: Role(role) for person, _, role in pairs}

    def named_hosts(self) -> frozenset[str]:
        """Return the hosts that webhooks may reach though they are private."""
        return frozenset(host for host in (self.webhook_hosts or "").split(",") if host)

    def require(self, name: str) -> str:
        """Return a setting. Raises MissingSettingError when the environment lacks it."""
        value: str | None = getattr(self, name)
        if value is None:
            raise MissingSettingError(f"{_PREFIX}{name.upper()} is not set")
        return value
