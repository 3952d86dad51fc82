"""Every few minutes: what the outbox still holds is sent, and approvals that lost their execution get one."""
