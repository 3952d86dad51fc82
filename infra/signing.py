"""The key that signs versions, where the deployment asks for one: it never leaves KMS.

Idle cost: $1 a month for the key; a signature costs $0.00015.
"""

from collections.abc import Mapping

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from constructs import Construct

from functions.settings import Settings
from infra.functions import BackendFunction

_SIGNS = ("registry", "mlflow", "registration_steps", "sweep")
_CHECKS = ("registry", "approval_steps", "deployments", "deployment_steps")


class Signing(Construct):
    """An ECDSA key on P-256. Those that register or anchor sign, those that judge or deploy check."""

    key: kms.Key

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Mapping[str, BackendFunction],
        removal: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self.key = kms.Key(
            self,
            "Key",
            description="lineal: signs the manifests of model versions",
            key_spec=kms.KeySpec.ECC_NIST_P256,
            key_usage=kms.KeyUsage.SIGN_VERIFY,
            removal_policy=removal,
        )
        for folder in _SIGNS:
            self._give(functions[folder], "kms:Sign", "kms:GetPublicKey")
        for folder in _CHECKS:
            self._give(functions[folder], "kms:Verify")

    def _give(self, function: BackendFunction, *actions: str) -> None:
        self.key.grant(function.role, *actions)
        for name, value in Settings(signing_key=self.key.key_arn).to_env().items():
            function.function.add_environment(name, value)
