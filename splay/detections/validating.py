"""What contentctl refuses in a repository before it tests anything, as far as tests rest on it.

Source: contentctl 5.6.2: `objects.enums`, `objects.rba`, the check of the filter macro, and the
names and ids that its director has only once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from splay.detections.contentctl import ContentDetection
from splay.detections.finding import Finding

_TYPES = ("TTP", "Anomaly", "Hunting", "Correlation")
_STATUSES = ("production", "experimental", "deprecated", "removed")
_RISK_TYPES = ("system", "user", "other")
_SCORES = range(1, 101)


class Doubles:
    """The names and ids that several detections have: contentctl takes each once."""

    def __init__(self, detections: Iterable[ContentDetection]) -> None:
        self._of: dict[tuple[str, str], list[ContentDetection]] = defaultdict(list)
        for each in detections:
            for key in ("name", "id"):
                if value := getattr(each, key):
                    self._of[key, value].append(each)

    def findings(self, detection: ContentDetection) -> Iterator[Finding]:
        """An error for the detection's name, and its id, where others have them, too."""
        for key in ("name", "id"):
            for other in self._of[key, getattr(detection, key)]:
                if other is not detection:
                    text = f"the {key} is that of {other.document.path} as well. Give it its own"
                    yield Finding("ERROR", text, detection.document.place(key))


def refused(detection: ContentDetection) -> Iterator[Finding]:
    """Values that contentctl does not take. They are warnings: the search runs all the same."""
    for key, value, known in (
        ("status", detection.status, _STATUSES),
        ("type", detection.type, _TYPES),
    ):
        if value not in known:
            text = f"the {key} {value!r} is none of contentctl's: {', '.join(known)}"
            yield Finding("WARN", text, detection.document.place(key))
    filter_macro = f"`{detection.filter_macro}`"
    if filter_macro not in detection.search:
        text = f"the search has no {filter_macro}: contentctl wants it, as a rule at the end"
        yield Finding("WARN", text, detection.document.place("search"))
    place = detection.document.place("rba", "risk_objects")
    for number, (kind, score) in enumerate(detection.risks, 1):
        if kind not in _RISK_TYPES:
            text = f"the type {kind!r} of risk object {number} is none of {', '.join(_RISK_TYPES)}"
            yield Finding("WARN", text, place)
        if isinstance(score, bool) or not isinstance(score, int) or score not in _SCORES:
            text = f"the score {score!r} of risk object {number} is no whole number from 1 to 100"
            yield Finding("WARN", text, place)
