"""What Sphinx reads; `make site` runs it by way of site.py, on a copy of these pages."""

from importlib.metadata import version as version_of

project = "lineal"
author = "the lineal authors"
release = version_of("lineal")

extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # the command line's help begins with headings of its own levels

default_role = "code"  # docstrings put names between single backticks

autodoc_typehints = "description"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True

html_theme = "furo"
html_title = f"lineal {release}"
