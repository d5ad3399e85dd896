"""What is normal and what goes wrong, for each object: read from files, and chosen for a question."""
