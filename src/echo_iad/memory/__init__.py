"""What was enrolled, and how references are found in it; knows vectors and encoder ids, but no encoder."""
