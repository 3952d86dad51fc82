"""What an operator does to a whole stack by their own AWS credentials: backup and restore."""

from lineal.keeping.archive import Archive, BackupError, Summary
from lineal.keeping.create import create
from lineal.keeping.restore import NotFreshError, restore
from lineal.keeping.stores import Stores

__all__ = ["Archive", "BackupError", "NotFreshError", "Stores", "Summary", "create", "restore"]
