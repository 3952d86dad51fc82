"""Checks of what lineal needs here: settings, credentials, the way to the API, permissions, this machine."""

from lineal.doctor.examination import Surroundings, examine
from lineal.doctor.findings import Finding, Verdict

__all__ = ["Finding", "Surroundings", "Verdict", "examine"]
