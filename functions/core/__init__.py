"""The rules of lineal: pure functions over wire models; clock, ids and stores are passed in."""
