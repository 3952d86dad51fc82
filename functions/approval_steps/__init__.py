"""The tasks of the approval workflow. Infrastructure: `infra/workflows/approval.asl.json`."""
