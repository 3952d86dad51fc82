"""Functions in private subnets, for accounts where nothing may reach out but through a VPC.

The subnets need gateway endpoints for S3 and DynamoDB and interface endpoints (or NAT) for Step Functions,
EventBridge, CloudWatch Logs, X-Ray and whatever else a function calls; docs/deploy.md lists them. Idle cost:
none here, but each interface endpoint is billed by the hour.
"""

from dataclasses import dataclass

from aws_cdk import Fn
from aws_cdk import aws_ec2 as ec2
from constructs import Construct


@dataclass(frozen=True)
class Network:
    """A VPC that exists, by its ids: nothing is looked up in the account while synthesizing."""

    vpc: str = ""
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError unless all three are given."""
        if not (self.vpc and self.subnets and self.security_groups):
            raise ValueError("lineal:vpc, lineal:subnets and lineal:security-groups are given together")


class Placement(Construct):
    """Where functions run inside a network."""

    vpc: ec2.IVpc
    subnets: ec2.SubnetSelection
    security_groups: list[ec2.ISecurityGroup]

    def __init__(self, scope: Construct, construct_id: str, *, network: Network) -> None:
        super().__init__(scope, construct_id)
        self.vpc = ec2.Vpc.from_vpc_attributes(
            self, "Vpc", vpc_id=network.vpc, availability_zones=[Fn.select(0, Fn.get_azs())]
        )
        self.subnets = ec2.SubnetSelection(
            subnets=[
                ec2.Subnet.from_subnet_id(self, f"Subnet{position}", subnet)
                for position, subnet in enumerate(network.subnets)
            ]
        )
        self.security_groups = [
            ec2.SecurityGroup.from_security_group_id(self, f"Group{position}", group, mutable=False)
            for position, group in enumerate(network.security_groups)
        ]
