"""Names of the stack's own metrics: functions write them, alarms read them."""

UNSENT_EVENT_AGE = "UnsentEventAge"
"""Seconds since the oldest event that the bus has not accepted was committed; absent while there is none."""
