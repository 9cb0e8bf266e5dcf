"""Users, roles, sessions and passwords."""
