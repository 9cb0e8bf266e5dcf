"""Making the fields of many events at the price of a few.

Why: a dense search spends its time in regular expressions, which the app's configuration applies
to one event after the other. Yet events of one kind differ in a few places only, a time, a
number, a name, and most of these places are read by no field that the search demands.

How: a *shape* is the text that such events share, and its *slots* are the places where they were
seen to differ. Two events of one shape have the same fields, but for the time, if they agree in
every slot that the demanded fields depend on. Then the row that was made for the first can be
recalled for the second (`recall`), and the expressions need not run again.

Which slots those are must not be guessed, or an event would silently get another one's field. It
is proven once for each shape: every step that makes fields is followed on the shape's text with
its slots left open (`splay.knowledge.trace`, `splay.pcre.symbolic`), and what cannot be proven is
read in the ordinary way. docs/engine.md has the whole account.
"""

ENABLED = True
"""Whether events are recalled by their shape. Only tests turn it off: the result is the same."""
