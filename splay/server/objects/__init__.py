"""Knowledge objects of apps and users: where they lie, whose they are, who sees them."""
