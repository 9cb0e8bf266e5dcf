"""splunkd's REST API and HTTP Event Collector, the part that real clients use.

Source for all of it: Splunk REST API Reference Manual and REST API User Manual
(https://help.splunk.com, "REST API Reference"); Getting Data In, "Format events for HTTP Event
Collector". What splunkd has and splay has not is refused with 404 or 501, never faked.
"""
