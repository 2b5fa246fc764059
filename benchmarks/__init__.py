"""How fast Hearth is, as ratios to a named peer measured in the same run. `make bench` writes docs/benchmarks.md."""
