"""The approver's page."""
