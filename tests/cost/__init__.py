"""The tables of docs/cost.md, made from prices and measured units."""
