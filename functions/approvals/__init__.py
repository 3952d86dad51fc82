"""People's decisions on approvals."""
