"""What lineal costs: unit prices of one dated file, times what an activity takes of each service."""

from lineal.cost.prices import Prices, load

__all__ = ["Prices", "load"]
