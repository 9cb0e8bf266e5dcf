"""Regular expressions on texts of which parts are not known: what holds whatever they are.

Why: to recall the fields of an event from another one that was built alike (`splay.shapes`), one
must know that an expression would find the same in both, although some parts of their texts differ.
Trying both would cost what recalling is to save.

How: a text has *slots*, each known only by its kind (a number, a word, ...), and the expression is
matched by a backtracking matcher of our own that does what the engine would do, in its order. Where
a step would come out differently for two fillings of a slot, it stops and names the slot
(`match.Undecided`); the slot then counts as one that the result depends on. What is returned holds
for every filling: a result is a proof.

`pattern` reads a compiled expression back as a tree, `start` tells where a match can begin, `text`
has the kinds of slots, `match` is the matcher.
"""
