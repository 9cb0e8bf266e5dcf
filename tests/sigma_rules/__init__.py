"""Sigma rules as an oracle: the same rules over the same events, in splay's SPL and in SQLite."""
