"""A server of the contract in memory, one file per kind of thing it keeps."""
