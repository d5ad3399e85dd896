"""Measures Echo, or any decider, on questions and folders whose answers are known, and says how far to trust it."""
