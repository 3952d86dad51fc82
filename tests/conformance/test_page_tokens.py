"""The suite of the page tokens once more, on an engine that refuses what moto lets pass."""

from tests.integration.test_page_tokens import *  # noqa: F403 - pytest collects what is here
