"""Configuration files: stanzas, layers, settings, and which stanzas of props.conf apply."""
