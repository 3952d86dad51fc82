"""The chain from training to rollback in an AWS account: deployed, walked, verified, and taken down again."""
