"""The functions of the package itself: the client's, with the environment's address and project."""
