"""Writes the tables of docs/cost.md anew: run `python -m tests.cost` after a change of prices or units."""

from lineal.cost import load
from tests.cost.figures import PAGE, page

PAGE.write_text(page(PAGE.read_text(), load()))
