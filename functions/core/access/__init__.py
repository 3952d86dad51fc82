"""Who calls, what they may do, and what admins do about it."""
