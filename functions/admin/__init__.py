"""People, projects, tokens, promotion rules and quotas."""
