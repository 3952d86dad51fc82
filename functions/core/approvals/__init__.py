"""From the request for a stage to the decision and its effect."""
