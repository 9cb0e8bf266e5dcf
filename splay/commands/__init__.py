"""The search commands, and what they stand on."""
