"""From bytes to events: one file a form of text, as Splunk's parsing pipeline."""
