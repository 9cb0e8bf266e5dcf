"""The KV store: collections of JSON records, in one SQLite file."""
