"""What the server tells of itself: the indexes _internal and _audit."""
