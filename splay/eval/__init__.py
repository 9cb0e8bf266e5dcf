"""Expressions at work: eval and where, the conditions of `search`, and time formats."""
