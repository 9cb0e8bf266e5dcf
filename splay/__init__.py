"""splay: an embedded Splunk search engine for proving an app's searches without Splunk."""

__version__ = "0.1.0"
