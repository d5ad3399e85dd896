"""Query against normals: patch banks, calibrated anomaly maps, regions, and the tolerance (DESIGN, section 4)."""
