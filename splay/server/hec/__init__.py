"""The HTTP Event Collector: its endpoints and its tokens."""
