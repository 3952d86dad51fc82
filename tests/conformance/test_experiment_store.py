"""The suite of the experiment store once more, on an engine that refuses what moto lets pass."""

from tests.integration.test_experiment_store import *  # noqa: F403 - pytest collects what is here
