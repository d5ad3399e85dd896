"""The catalogue of models: facts, and what a picture costs each family."""
