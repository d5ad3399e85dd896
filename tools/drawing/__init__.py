"""Draws the sample parts: one module a product, the photographic effects they share, and no knowledge of Echo."""
