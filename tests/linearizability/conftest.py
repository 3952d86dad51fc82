"""The tables that the adapters' tests use."""

from tests.integration.conftest import tables

__all__ = ["tables"]
