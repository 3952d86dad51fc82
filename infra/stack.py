"""The stack: the parts, put together once."""

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import CfnOutput, DefaultStackSynthesizer, RemovalPolicy, Stack, Tags
from constructs import Construct

from infra.api import Api
from infra.artifacts import PROJECT_TAG, Artifacts
from infra.backend import Backend
from infra.bus import Bus
from infra.callers import Caller
from infra.events import Reactions
from infra.mail import Mail
from infra.monitoring import Monitoring
from infra.network import Placement
from infra.options import Options
from infra.page import Page
from infra.relay import Relay
from infra.signing import Signing
from infra.tables import Tables
from infra.webhooks import Webhooks
from lineal_contract.roles import Role, StackOutput, policy_output, role_output


class LinealStack(Stack):
    """Everything lineal runs on; `code` has a staged folder for each function."""

    def __init__(
        self, scope: Construct, construct_id: str, *, options: Options, code: Mapping[str, Path]
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description="lineal: experiment tracker and model registry",
            termination_protection=options.protected,
            # The CDK CLI compares the bootstrap's version before it deploys; the rule would repeat that.
            synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
        )
        removal = RemovalPolicy.RETAIN if options.protected else RemovalPolicy.DESTROY
        self.tables = Tables(self, "Tables", protected=options.protected, removal=removal)
        self.artifacts = Artifacts(self, "Artifacts", removal=removal, locked_days=options.object_lock_days)
        self.bus = Bus(self, "Events", name=construct_id, archive=options.archives_events)
        self.mail = Mail(self, "Mail", addresses=options.mail or ())
        self.webhooks = Webhooks(self, "Webhooks", removal=removal)
        self.backend = Backend(
            self,
            "Backend",
            code=code,
            tables=self.tables,
            artifacts=self.artifacts,
            bus=self.bus,
            mail=self.mail,
            webhooks=self.webhooks,
            webhook_hosts=options.named_webhook_hosts,
            runtime=options.runtime,
            placement=Placement(self, "Network", network=options.network) if options.network else None,
            trail_patience=options.target.trail_patience,
            removal=removal,
            default_members=options.target.default_members,
        )
        if options.signing:
            Signing(self, "Signing", functions=self.backend.functions, removal=removal)
        functions = {folder: each.function for folder, each in self.backend.functions.items()}
        self.api = Api(self, "Http", name=construct_id, functions=functions, removal=removal)
        self.backend.tell_address(options.target.api_address(self.api.api))
        Page(self, "Page", api=self.api.api, page=functions["page"])
        Reactions(
            self,
            "Reactions",
            bus=self.bus.bus,
            deployment=self.backend.deployment.machine,
            sweep=functions["sweep"],
            notifications=functions["notifications"],
            removal=removal,
        )
        Relay(
            self,
            "Relay",
            registry=self.tables.registry,
            relay=functions["relay"],
            removal=removal,
        )
        self.webhooks.connect(self.bus.bus, functions["webhooks"])
        self.callers = {duty: Caller(self, str(duty), duty=duty, api=self.api.api) for duty in Role}
        self.callers[Role.APPROVER].allow_start(self.backend.decide.machine)
        self.monitoring = Monitoring(
            self, "Monitoring", api=self.api, namespace=construct_id, email=options.alarm_email
        )
        for duty, caller in self.callers.items():
            may_write, untagged = duty is Role.DATA_SCIENTIST, options.target.open_staging
            self.artifacts.let_stage(caller.policy, write=may_write, untagged=untagged)
            if options.project:
                Tags.of(caller.role).add(PROJECT_TAG, options.project)
        self._add_outputs()

    def _add_outputs(self) -> None:
        values: dict[str, str] = {
            StackOutput.API_URL: self.api.url,
            StackOutput.API_ID: self.api.api.api_id,
            StackOutput.RUNS_TABLE: self.tables.runs.table_name,
            StackOutput.REGISTRY_TABLE: self.tables.registry.table_name,
            StackOutput.ARTIFACTS_BUCKET: self.artifacts.bucket.bucket_name,
            StackOutput.ACCESS_LOGS_BUCKET: self.artifacts.access_logs.bucket_name,
            StackOutput.BUS_NAME: self.bus.bus.event_bus_name,
            StackOutput.ALARMS: self.monitoring.topic.topic_arn,
            StackOutput.APPROVAL_WORKFLOW: self.backend.approval.machine.state_machine_arn,
            StackOutput.MAIL: self.mail.topic.topic_arn,
            StackOutput.DECIDE_WORKFLOW: self.backend.decide.machine.state_machine_arn,
            StackOutput.REGISTRATION_WORKFLOW: self.backend.registration.machine.state_machine_arn,
            StackOutput.DEPLOYMENT_WORKFLOW: self.backend.deployment.machine.state_machine_arn,
        }
        for duty, caller in self.callers.items():
            values[policy_output(duty)] = caller.policy.managed_policy_arn
            values[role_output(duty)] = caller.role.role_arn
        for name, value in values.items():
            CfnOutput(self, name, value=value)
