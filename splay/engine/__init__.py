"""From a search to its results: the plan, what is read for it, and the run."""
