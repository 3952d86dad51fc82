"""The suite of the records of contents once more, on an engine that refuses what moto lets pass."""

from tests.integration.test_object_records import *  # noqa: F403 - pytest collects what is here
