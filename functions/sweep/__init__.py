"""Every few minutes: late events are sent, lost approvals restarted, grown audit chains anchored."""
