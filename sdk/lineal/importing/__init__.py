"""Bringing what another tracker has into a project: experiments, runs, files, the registry.

A `Source` reads, `plan` says what is to come, `run_import` writes it and reads it back. All ids follow from
those of the source, so that an import that was interrupted goes on, and one that is repeated changes nothing.
"""

from lineal.importing.importer import Options, run_import
from lineal.importing.plan import Plan, Selection, plan
from lineal.importing.report import Report
from lineal.importing.source import Source

__all__ = ["Options", "Plan", "Report", "Selection", "Source", "plan", "run_import"]
