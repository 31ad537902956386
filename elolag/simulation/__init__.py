"""Worlds with a known lag, histories of them, and what the intervals cover in them."""
