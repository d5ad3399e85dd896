"""Records of inspections as JSON lines and as one self-contained HTML page. Knows records, no expert and no memory."""
