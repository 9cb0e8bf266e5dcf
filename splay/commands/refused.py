"""Commands that Splunk has and splay refuses on purpose, each with the reason and a way out.

Together with the modules of splay/commands/builtin they are all commands of the Search Reference.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """Why a command is not supported, and what to write instead ("" where nothing comes near)."""

    reason: str
    instead: str = ""

    def __str__(self) -> str:
        return f"{self.reason}. {self.instead}" if self.instead else self.reason


_STATISTICAL = "Its results come from statistical models that are not documented to the digit"
_PLACES = "It needs a database of places that splay does not have"
_SUMMARY = "It prepares data for summary indexing in a form that is not documented"
_METRICS = "splay has no metrics indexes"
_SPLUNKD = "It asks splunkd for what only a running Splunk has"
_SENDS = "splay does not send anything anywhere"
_GUESSES = "What it finds is not documented to the letter"
_APP = "It comes with an app of its own"
_REALTIME = "splay has no real-time searches"

_TABLE: tuple[tuple[str, str, str], ...] = (
    (_STATISTICAL, "Compute a limit with eventstats avg() stdev() and where", "outlier"),
    (_STATISTICAL, "Compare with eventstats or streamstats", "anomalydetection anomalousvalue"),
    (
        _STATISTICAL,
        "",
        """af analyzefields anomalies apply arules associate cluster correlate findkeywords
        findtypes fit kmeans predict score summary typelearner x11""",
    ),
    (_PLACES, "Look addresses up in a table of your own with lookup", "iplocation"),
    (_PLACES, "", "geom geomfilter geostats"),
    (_SUMMARY, "Write chart, and collect for its result", "sichart"),
    (_SUMMARY, "Write rare, and collect for its result", "sirare"),
    (_SUMMARY, "Write stats, and collect for its result", "sistats"),
    (_SUMMARY, "Write timechart, and collect for its result", "sitimechart"),
    (_SUMMARY, "Write top, and collect for its result", "sitop"),
    (_SUMMARY, "", "overlap tscollect"),
    (_METRICS, "Write collect, for events", "mcollect meventcollect"),
    (_METRICS, "Write stats or tstats, over events", "mcatalog mpreview mrollup msearch mstats"),
    (_SPLUNKD, "Write tstats count WHERE index=* BY host, source, sourcetype", "metadata"),
    (_SPLUNKD, "Write tstats count WHERE index=* BY index", "eventcount"),
    (_SPLUNKD, "Write search, with host, source and sourcetype", "metasearch"),
    (_SPLUNKD, "Write savedsearch, which runs the search anew", "loadjob"),
    (_SPLUNKD, "", "audit dbinspect delete dump history ingestpreview rest typeahead walklex"),
    (_SENDS, "", "run script sendalert sendemail"),
    (
        "splay writes files to the data folder alone",
        "Write outputlookup NAME.csv",
        "outputcsv outputraw outputtext",
    ),
    ("splay reads tables of lookups alone", "Write inputlookup NAME.csv", "inputcsv"),
    (_GUESSES, "Write rex with a regular expression", "erex kvform multikv"),
    (_GUESSES, "Write rex mode=sed, or eval replace()", "scrub"),
    (_GUESSES, "Write transaction", "searchtxn"),
    (_GUESSES, "Write stats with BY", "bucketdir cofilter folderize"),
    (_GUESSES, "Write bin _time, stats and xyseries", "timewrap"),
    (_GUESSES, "Write set diff, or stats by the fields to compare", "diff"),
    (_GUESSES, "Write bin and stats earliest(_time) latest(_time)", "localize"),
    (_GUESSES, "Write eval with substr()", "abstract"),
    (_GUESSES, "Write eval", "relevancy"),
    ("It draws pictures in Splunk Web", "Write eval", "iconify"),
    (_REALTIME, "Write sort", "rtorder"),
    ("A data model's own searches are asked for by name", "Write tstats or datamodel", "pivot"),
    ("It shares work out among indexers, of which splay has none", "Leave it out", "redistribute"),
    ("Its arguments are for Splunk's support", "Leave it out", "noop"),
    (
        _APP,
        "Name the app with --app",
        """awssnsalert dbxlookup dbxoutput dbxquery entitymerge inputintelligence ldapsearch
        snowevent snoweventstream snowincident snowincidentstream""",
    ),
    ("It was removed from Splunk", "Write datamodel", "datamodelsimple"),
)
REFUSED: dict[str, Refusal] = {
    name: Refusal(reason, instead) for reason, instead, names in _TABLE for name in names.split()
}
"""Each command's name, and why it is not supported."""
