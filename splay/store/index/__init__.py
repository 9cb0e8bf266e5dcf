"""Indexes on disk: segments of events and the journal that makes them durable."""
