"""What the rules need from the world, as Protocols; `functions.adapters` implements them on AWS."""
