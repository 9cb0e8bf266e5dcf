"""The schedule: when saved searches are due, their runs and their alert actions."""
