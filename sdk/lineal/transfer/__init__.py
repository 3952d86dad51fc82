"""Files on their way to the content store and back, whole and verified."""
