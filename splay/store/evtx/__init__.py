"""Windows event log files (.evtx)."""
