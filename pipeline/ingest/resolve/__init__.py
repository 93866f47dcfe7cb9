"""Resolve: which local entities are one entity."""
