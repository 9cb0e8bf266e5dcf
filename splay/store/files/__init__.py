"""Files and folders of logs as a store of events."""
