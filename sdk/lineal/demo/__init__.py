"""The demonstration: real data, three runs, an approval, a live endpoint, its trace and the way back."""
