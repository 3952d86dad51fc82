"""Every route of the native API, once: infrastructure, handlers and SDK all read these tables.

The routes that `functions/<name>` serves are in the module of that name, and all of them in `table`. Duties
that must be separable have their own root, because `*` in an execute-api ARN spans slashes.
"""
