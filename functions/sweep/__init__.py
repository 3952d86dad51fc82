"""Every few minutes: what the outbox still holds is sent."""
