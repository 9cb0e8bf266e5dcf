"""Fields that a hunt's searches ask for and that no event has: mostly, an app was not given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from splay.counting import counted
from splay.engine.nothing import LOOKED, first_fields, needed_fields
from splay.engine.plan import Plan
from splay.store.event import Store

_SHOWN = 5  # fields that are named
_ANYWAY = {"index", "host", "source", "sourcetype", "splunk_server", "eventtype", "tag", "punct"}


def unmade(
    plans: Mapping[str, Plan], matched: set[str], store: Store, events: int
) -> tuple[str, list[str]]:
    """Says that most of the searches could not match, as no event has a field that they need.

    Events are looked at only where at least half of the searches may be concerned: one that matched
    shows that its fields are there.

    Args:
        plans: of the searches, by their names.
        matched: the names of those that matched an event.
        store: where the events are, parsed.
        events: how many there are.

    Returns:
        A sentence, and the searches; ("", []) where less than half of them are concerned.
    """
    needs = {
        name: needed_fields(plan.retrieval.expr) - _ANYWAY
        for name, plan in plans.items()
        if plan.retrieval is not None and not plan.open
    }
    there = {field for name in matched & set(needs) for field in needs[name]}
    if not _most(needs, there):
        return "", []
    there |= first_fields(next(iter(plans.values())), store)  # all have the same knowledge
    lacking = _most(needs, there)
    if not lacking:
        return "", []
    counts = Counter(field for fields in lacking.values() for field in sorted(fields))
    named = [field for field, _ in counts.most_common(_SHOWN)]
    if len(counts) > _SHOWN:
        named.append(counted(len(counts) - _SHOWN, "other"))
    who = "no event" if events <= LOOKED else f"none of the first {LOOKED:,} events"
    text = (
        f"{who} has a field {' or '.join(named)}: {len(lacking):,} of {len(needs):,} searches "
        "cannot match without. Name the app that makes such fields, too (--app)"
    )
    return text, list(lacking)


def _most(needs: Mapping[str, set[str]], there: set[str]) -> dict[str, set[str]]:
    """What the searches lack, where at least half of them lack anything."""
    lacking = {name: fields - there for name, fields in needs.items() if fields - there}
    return lacking if 2 * len(lacking) >= len(needs) else {}
