"""Every call of AWS that a handler makes, and all that can go wrong with it."""
