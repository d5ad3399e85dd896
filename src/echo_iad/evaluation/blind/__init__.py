"""Deciders that never see a picture, to know what a benchmark gives away by its wording."""
