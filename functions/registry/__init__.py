"""Models, versions, promotion requests, and all that there is to read about them."""
