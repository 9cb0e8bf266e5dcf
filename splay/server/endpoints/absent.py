"""What splunkd has and splay has not: refused with a reason, never as if it were not known.

Source: the chapters of the REST API Reference.
"""

from __future__ import annotations

from splay.server.errors import RestError

_CLUSTER = "splay is one server, in no cluster"
_AUTH = "splay knows its own users only, no directory and no second factor"
_INPUT = "splay takes data by HTTP, and files that it is handed"
_OUTPUT = "splay sends no events to other servers"
_LICENCE = "splay needs no licence"

REASONS = {
    "admin/Duo-MFA": _AUTH,
    "admin/LDAP-auth": _AUTH,
    "admin/LDAP-groups": _AUTH,
    "admin/ProxySSO-auth": _AUTH,
    "admin/ProxySSO-groups": _AUTH,
    "admin/ProxySSO-user-role-map": _AUTH,
    "admin/Rsa-MFA": _AUTH,
    "admin/SAML-auth": _AUTH,
    "admin/SAML-groups": _AUTH,
    "admin/SAML-idp-metadata": _AUTH,
    "admin/SAML-sp-metadata": _AUTH,
    "admin/SAML-user-role-map": _AUTH,
    "admin/metrics-reload": "splay keeps no metrics of its own",
    "admin/replicate-SAML-certs": _AUTH,
    "admin/splunk-auth": "passwords follow authentication.conf",
    "admin/summarization": "splay accelerates nothing: it has no summaries",
    "alerts/metric_alerts": "splay has no metric indexes",
    "apps/appinstall": "install an app by naming its folder with --app",
    "authentication/httpauth-tokens": "splay does not list sessions",
    "authorization/fieldfilters": "splay filters no fields",
    "catalog/metricstore": "splay has no metric indexes",
    "cluster": _CLUSTER,
    "data/federated": "splay searches its own indexes only",
    "data/index-volumes": "splay keeps all indexes in one folder",
    "data/indexes-extended": "ask data/indexes, which tells all of an index",
    "data/ingest": "splay has no ingest actions",
    "data/inputs/monitor": _INPUT,
    "data/inputs/script": _INPUT,
    "data/inputs/tcp": _INPUT,
    "data/inputs/token": _INPUT,
    "data/inputs/udp": _INPUT,
    "data/inputs/win-wmi-collections": _INPUT,
    "data/outputs": _OUTPUT,
    "data/summaries": "splay accelerates nothing: it has no summaries",
    "data/transforms/metric-schema": "splay has no metric indexes",
    "data/transforms/statsdextractions": "splay has no metric indexes",
    "data/ui/global-banner": "splay shows no banner",
    "datamodel/acceleration": "splay accelerates no data models",
    "datamodel/pivot": "write the search with tstats or from",
    "datamodel/generate": "write the search with tstats or from",
    "deployment": "splay has no deployment server",
    "federated": "splay searches its own indexes only",
    "indexing/preview": "splay previews no data",
    "kvstore/backup": "stop the server and copy its data folder",
    "licenser": _LICENCE,
    "saved/bookmarks": "splay has no monitoring console",
    "scheduled/views": "splay renders no dashboards to PDF",
    "search/fields": "write tags.conf by configs/conf-tags",
    "search/distributed": "splay has no search peers",
    "server/health-config": "splay's limits of health are fixed",
    "server/httpsettings": "splay uses no proxy",
    "server/introspection": "splay has no queues and no peers",
    "server/pipelinesets": "splay has one pipeline",
    "server/security": "splay's key is changed by storing passwords again",
    "server/status": "splay has no such thing to tell of",
    "workloads": "splay has no workload management",
}
"""By the beginning of a path."""


def refusal_of(path: str) -> RestError:
    """The answer to a path that no handler takes: 501 with the reason, or 404."""
    if path == "shcluster" or path.startswith("shcluster/"):
        # Measured on 9.4.6: a server that is in no cluster is not available for these.
        text = "Search head clustering is not enabled on this node."
        return RestError(503, text)
    for start, reason in REASONS.items():
        if f"{path}/".startswith(f"{start}/"):
            return RestError(501, f"Not implemented: {reason}.")
    return RestError(404, "Not Found")
