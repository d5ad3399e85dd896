"""Fair questions about your own labelled parts, in the form of a benchmark."""
