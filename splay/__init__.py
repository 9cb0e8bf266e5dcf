"""splay: an embedded Splunk search engine. Proves searches and detections without Splunk.

    import splay

    results = splay.search("EventCode=4876 | stats count BY host", data=["logs/"], apps=["."])
    outcome = splay.detect(["Security.evtx"], apps=["."])

The names in `__all__` are the public ones, described in docs/library.md; whatever is not there is
private, whatever its name. Each is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from splay.api import detect, hunt, search, test
    from splay.detections.correlation import Detection, RiskObject
    from splay.detections.hunting import Fired, HuntMessage, HuntOutcome
    from splay.detections.outcome import Outcome
    from splay.detections.testing import CaseResult, DetectionResult, Status
    from splay.detections.testrun import TestReport
    from splay.errors import (
        CommandError,
        ConfError,
        DataError,
        Location,
        OptionError,
        OutputError,
        SplayError,
        SplError,
        UnsupportedError,
    )
    from splay.rows import Results, Row
    from splay.store.event import Event, ReadReport

__version__ = "0.1.0"
__all__ = [
    "CaseResult",
    "CommandError",
    "ConfError",
    "DataError",
    "Detection",
    "DetectionResult",
    "Event",
    "Fired",
    "HuntMessage",
    "HuntOutcome",
    "Location",
    "OptionError",
    "Outcome",
    "OutputError",
    "ReadReport",
    "Results",
    "RiskObject",
    "Row",
    "SplError",
    "SplayError",
    "Status",
    "TestReport",
    "UnsupportedError",
    "__version__",
    "detect",
    "hunt",
    "search",
    "test",
]

_HOMES = {
    "splay.api": ("detect", "hunt", "search", "test"),
    "splay.detections.testing": ("CaseResult", "DetectionResult", "Status"),
    "splay.detections.testrun": ("TestReport",),
    "splay.detections.correlation": ("Detection", "RiskObject"),
    "splay.detections.hunting": ("Fired", "HuntMessage", "HuntOutcome"),
    "splay.detections.outcome": ("Outcome",),
    "splay.errors": (
        *("CommandError", "ConfError", "DataError", "Location", "OptionError", "OutputError"),
        *("SplError", "SplayError", "UnsupportedError"),
    ),
    "splay.rows": ("Results", "Row"),
    "splay.store.event": ("Event", "ReadReport"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """A public name, loaded now: whoever starts one command does not wait for the others."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
