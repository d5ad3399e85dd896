"""The paper's experiments: what it publishes, which cells each has, and their measurement again."""
