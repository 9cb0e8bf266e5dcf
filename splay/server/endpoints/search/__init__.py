"""Handlers below /services/search and /services/saved: jobs, saved searches, alerts, times."""
