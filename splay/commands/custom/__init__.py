"""Search commands that apps bring as scripts: Splunk's chunked protocol, version 2."""
