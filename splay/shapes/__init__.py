"""Making the fields of many events at the price of a few.

Events of one kind differ in a few places only. A shape is what such events share; its slots are
where they differ. Two events of one shape have the same fields, but for the time, if they agree in
every slot that the demanded fields depend on; which ones that are is proven for each shape
(`splay.knowledge.trace`), never guessed. docs/engine.md tells the whole story.
"""

ENABLED = True
"""Whether events are recalled by their shape. Only tests turn it off: the result is the same."""
