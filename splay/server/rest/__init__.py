"""A request and its answer: arguments, feeds (Atom, JSON), results in every output mode."""
