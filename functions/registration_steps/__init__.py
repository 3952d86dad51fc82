"""The tasks of the registration workflow. Infrastructure: `infra/workflows/registration.asl.json`."""
