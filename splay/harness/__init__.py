"""What tests drive: searches without a server, and a Splunk, whichever was asked for."""
