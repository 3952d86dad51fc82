"""Trails and their anchors."""
