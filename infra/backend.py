"""Every function with the settings it reads and the grants it needs, and nothing beyond."""

from collections.abc import Mapping
from pathlib import Path
from types import EllipsisType

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from functions.settings import Settings
from infra.artifacts import Artifacts
from infra.bus import Bus
from infra.checks import acknowledge
from infra.functions import BackendFunction
from infra.mail import Mail
from infra.network import Placement
from infra.runtime import Runtime
from infra.state_machines import Workflow
from infra.tables import Tables
from infra.webhooks import Webhooks
from lineal_contract.roles import Role

_TELL_PEOPLE = ("registry", "approval_steps", "notifications", "sweep")


class Backend(Construct):
    """The functions by folder, and the workflows whose steps some of them run.

    A setting is given only together with a grant on what it names.
    """

    functions: dict[str, BackendFunction]
    approval: Workflow
    deployment: Workflow
    decide: Workflow
    registration: Workflow

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        code: Mapping[str, Path],
        tables: Tables,
        artifacts: Artifacts,
        bus: Bus,
        mail: Mail,
        webhooks: Webhooks,
        webhook_hosts: tuple[str, ...],
        runtime: Runtime,
        placement: Placement | None,
        trail_patience: int,
        removal: RemovalPolicy,
        default_members: Mapping[str, Role],
    ) -> None:
        super().__init__(scope, construct_id)
        self.functions = {}
        self._code, self._removal = code, removal
        self._runtime, self._placement = runtime, placement
        self._trail_patience = trail_patience
        self._webhooks, self._webhook_hosts = webhooks, webhook_hosts
        self._tables, self._artifacts, self._bus, self._mail = tables, artifacts, bus, mail
        self._runs = Settings(runs_table=tables.runs.table_name)
        self._registry = Settings(
            registry_table=tables.registry.table_name,
            default_members=",".join(f"{p}={r}" for p, r in default_members.items()) or None,
        )
        self._bucket = Settings(artifacts_bucket=artifacts.bucket.bucket_name)
        self._bus_name = Settings(bus_name=bus.bus.event_bus_name)
        self.approval = self._approval_workflow()
        self.deployment = self._deployment_workflow()
        self.registration = self._registration_workflow()
        self._registration_arn = Settings(
            registration_workflow_arn=self.registration.machine.state_machine_arn
        )
        self._approval_arn = Settings(approval_workflow_arn=self.approval.machine.state_machine_arn)
        self._sending = self._webhook_sender()
        self._logging_and_registry()
        self._duties()
        self._events()

    def _approval_workflow(self) -> Workflow:
        steps = self._add("approval_steps", self._registry, self._runs)
        self._tables.grant_registry_write(steps.role)
        self._tables.grant_runs_read(steps.role)
        return Workflow(self, "Approval", name="approval", steps=steps.function, removal=self._removal)

    def _deployment_workflow(self) -> Workflow:
        steps = self._add("deployment_steps", self._registry, self._bucket)
        self._tables.grant_registry_write(steps.role)
        self._artifacts.grant_check(steps.role)
        return Workflow(self, "Deployment", name="deployment", steps=steps.function, removal=self._removal)

    def _registration_workflow(self) -> Workflow:
        steps = self._add("registration_steps", self._registry, self._runs, self._bucket)
        self._tables.grant_registry_write(steps.role)
        self._tables.grant_runs_write(steps.role)
        self._artifacts.grant_register(steps.role)
        return Workflow(
            self, "Registration", name="registration", steps=steps.function, removal=self._removal
        )

    def _webhook_sender(self) -> BackendFunction:
        """It reaches the world, so it stays out of the VPC, but where private hosts in there are named."""
        queue = Settings(webhook_queue_url=self._webhooks.queue.queue_url)
        table = Settings(registry_table=self._tables.registry.table_name)
        placement = self._placement if self._webhook_hosts else None
        sender = self._add("webhooks", table, queue, self._hosts, placement=placement)
        self._tables.grant_webhook_sending(sender.role)
        self._webhooks.grant_send(sender.role)
        return sender

    @property
    def _hosts(self) -> Settings:
        return Settings(webhook_hosts=",".join(self._webhook_hosts) or None)

    def _logging_and_registry(self) -> None:
        tracking = self._add("tracking", self._runs, self._registry, self._bucket)
        self._tables.grant_runs_write(tracking.role)
        self._tables.grant_admission(tracking.role)
        self._tables.grant_quota_lookup(tracking.role)
        self._artifacts.grant_upload(tracking.role)

        registry = self._add("registry", self._registry, self._runs, self._bucket, self._approval_arn)
        self._tables.grant_registry_write(registry.role)
        self._tables.grant_runs_read(registry.role)
        self._artifacts.grant_read_version(registry.role)
        self.approval.grant_start(registry.role)

        sender = self._sending.function
        mlflow = self._add(
            "mlflow", self._runs, self._registry, self._bucket, self._hosts, self._registration_arn,
            Settings(webhook_function=sender.function_name),
        )  # fmt: skip
        self._tables.grant_runs_write(mlflow.role)
        self._tables.grant_registry_write(mlflow.role)
        self._artifacts.grant_stage(mlflow.role)
        self._artifacts.grant_pin(mlflow.role)
        self.registration.grant_start(mlflow.role)
        _let_invoke(mlflow.role, sender)
        self._artifacts.grant_read_version(mlflow.role)

    def _duties(self) -> None:
        approvals = self._add("approvals", self._registry)
        self._tables.grant_registry_write(approvals.role, reads_tokens=True)
        self.approval.grant_resume(approvals.role)

        patience = Settings(trail_patience_seconds=str(self._trail_patience))
        console = self._add("console_decisions", self._registry, patience)
        self._tables.grant_registry_write(console.role, reads_tokens=True)
        self.approval.grant_resume(console.role)
        _let_look_into_cloudtrail(console.role)
        self.decide = Workflow(self, "Decide", name="decide", steps=console.function, removal=self._removal)

        deployments = self._add("deployments", self._registry, self._bucket)
        self._tables.grant_registry_write(deployments.role)
        self._artifacts.grant_read_version(deployments.role)

        serving = self._add("serving", self._registry, self._bucket)
        self._tables.grant_registry_get(serving.role)
        self._artifacts.grant_read_version(serving.role)

        audit = self._add("audit", self._registry, self._bucket)
        self._tables.grant_registry_read(audit.role)
        self._artifacts.grant_read_anchors(audit.role)

        self._tables.grant_registry_write(self._add("admin", self._registry).role)
        self._tables.grant_tokens(self._add("tokens", self._registry).role)
        self._tables.grant_token_check(self._add("authorizer", self._registry).role)
        self._add("page")

    def _events(self) -> None:
        relay = self._add("relay", self._registry, self._bus_name)
        self._tables.grant_outbox_removal(relay.role)
        self._bus.grant_send(relay.role)

        notifications = self._add(
            "notifications", self._registry, Settings(mail_topic_arn=self._mail.topic.topic_arn)
        )
        self._tables.grant_registry_get(notifications.role)
        self._tables.grant_telling(notifications.role)
        self._mail.grant_send(notifications.role)

        deployment_arn = Settings(deployment_workflow_arn=self.deployment.machine.state_machine_arn)
        workflows = self._approval_arn, deployment_arn, self._registration_arn
        sweep = self._add("sweep", self._registry, self._runs, self._bucket, self._bus_name, *workflows)
        self._tables.grant_registry_write(sweep.role, reads_tokens=True)
        self._tables.grant_sweeping(sweep.role)
        self._tables.grant_folding(sweep.role)
        self._artifacts.grant_fold(sweep.role)
        self._artifacts.grant_anchor(sweep.role)
        self._bus.grant_send(sweep.role)
        self.approval.grant_start(sweep.role)
        self.approval.grant_describe(sweep.role)
        self.approval.grant_resume(sweep.role)
        self.deployment.grant_start(sweep.role)
        self.deployment.grant_describe(sweep.role)
        self.registration.grant_start(sweep.role)
        self.registration.grant_describe(sweep.role)

    def tell_address(self, api_url: str) -> None:
        """Give the API's address to the functions that tell people where to look."""
        for folder in _TELL_PEOPLE:
            for name, value in Settings(api_url=api_url).to_env().items():
                self.functions[folder].function.add_environment(name, value)

    def _add(
        self, folder: str, *settings: Settings, placement: Placement | EllipsisType | None = ...
    ) -> BackendFunction:
        merged = {
            name: value for one in settings for name, value in one.model_dump(exclude_none=True).items()
        }
        function = BackendFunction(
            self,
            "".join(word.capitalize() for word in folder.split("_")),
            folder=folder,
            code=self._code[folder],
            settings=Settings(**merged),
            runtime=self._runtime,
            placement=self._placement if placement is ... else placement,
            removal=self._removal,
        )
        self.functions[folder] = function
        return function


def _let_invoke(role: iam.Role, function: lambda_.Function) -> None:
    # Not `grant_invoke`, which adds every version and alias of the function.
    role.add_to_policy(
        iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn])
    )


def _let_look_into_cloudtrail(role: iam.Role) -> None:
    role.add_to_policy(iam.PolicyStatement(actions=["cloudtrail:LookupEvents"], resources=["*"]))
    acknowledge(
        role, "Looking into CloudTrail: its records name no resource.", "AwsSolutions-IAM5[Resource::*]"
    )
