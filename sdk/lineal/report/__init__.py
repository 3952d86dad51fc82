"""One self-contained page about a run: no network, no script but its own, light and dark."""
