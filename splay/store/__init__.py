"""Files to raw events with _time, host, source, sourcetype and index."""
