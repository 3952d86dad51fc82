"""The suite of what people were told once more, on an engine that refuses what moto lets pass."""

from tests.integration.test_told import *  # noqa: F403 - pytest collects what is here
