"""Handlers of the management port, named as in the REST API Reference."""
