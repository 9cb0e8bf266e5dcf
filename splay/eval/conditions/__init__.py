"""Conditions of the search command: comparisons, wildcards, segments, subnets."""
