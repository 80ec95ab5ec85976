"""The starter rulebook and the benchmark: data, no code."""
