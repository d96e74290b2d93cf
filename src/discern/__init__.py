"""Discern."""
