"""One file per resource of the API; a `Client` exposes them all."""
