"""The wire contract of lineal: what SDK, backend and infrastructure say to one another.

Models, routes, events, problems and digests live here and nothing else does: no AWS, no I/O, no rules.
Times are integers, UTC, milliseconds since the epoch; events carry ISO 8601. Digests are lower-case hex.
"""
