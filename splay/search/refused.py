"""Commands that Splunk has and splay refuses on purpose, each with the reason."""

from __future__ import annotations

_REASONS = {
    "Its results come from statistical models that are not documented to the digit": """
        af analyzefields anomalies anomalousvalue anomalydetection apply arules associate cluster
        correlate findkeywords fit kmeans outlier predict score summary x11
    """,
    "It needs a database of places that splay does not have": "geom geomfilter geostats iplocation",
    "splay has no index to write to; outputlookup writes a table": """
        collect delete mcollect meventcollect overlap stash summaryindex tscollect
        sichart sirare sistats sitimechart sitop
    """,
    "splay does not send anything anywhere": "sendalert sendemail outputcsv outputtext script run",
    "splay has no splunkd to ask": "audit dbinspect history loadjob rest savedsearch walklex",
}
REFUSED: dict[str, str] = {
    name: reason for reason, names in _REASONS.items() for name in names.split()
}
"""Each command's name, and why it is not supported."""
