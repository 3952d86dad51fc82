"""The suite of the log store once more, on an engine that refuses what moto lets pass."""

from tests.integration.test_log_store import *  # noqa: F403 - pytest collects what is here
