"""A correlation search: what it raises, how it is run, and what came of it."""
