"""The language: tokens, parser, tree, macro expansion. No I/O, no events."""
