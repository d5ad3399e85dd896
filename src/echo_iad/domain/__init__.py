"""Frozen values that pass between the steps. Nothing here but numpy and the standard library."""
