"""Deciding in the Step Functions console."""
