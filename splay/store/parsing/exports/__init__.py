"""Events that were exported before. Each file is a form: its `reader` knows how such a file begins,
and gives what reads it; None where it has another form."""
