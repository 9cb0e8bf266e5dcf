"""Splunk Web, as far as it takes to see an app's dashboards: `splay serve --dashboards`.

Addresses, cookies and the header against forged requests are those of Splunk Web, because
Splunk's own renderer, which the pages load, is made for them.
"""
