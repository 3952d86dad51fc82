"""The suite of the outbox once more, on an engine that refuses what moto lets pass."""

from tests.integration.test_outbox import *  # noqa: F403 - pytest collects what is here
