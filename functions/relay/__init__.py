"""From the registry's stream to the bus: each committed event, at least once."""
