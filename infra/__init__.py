"""The infrastructure of lineal, as a CDK app in Python. `python -m infra.app` synthesizes it."""

from infra.node import use_packaged_node

# Before any module here imports aws_cdk: that import starts the Node process behind it.
use_packaged_node()
