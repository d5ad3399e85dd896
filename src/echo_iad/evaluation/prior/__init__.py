"""Evidence beside a benchmark's habits, for benchmarks only: no product's answer comes from here."""
