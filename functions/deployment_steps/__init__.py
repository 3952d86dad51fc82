"""The tasks of the deployment workflow. Infrastructure: `infra/workflows/deployment.asl.json`."""
