"""Objects of the app that Splunk's tools look for from other apps, and the app does not export."""

from __future__ import annotations

from splay.harness.splunk import Splunk
from tests.harness.launch import APP

UNSHARED = {
    "macros": (
        "wineventlog_security",
        "security_content_ctime(1)",
        "windows_steal_authentication_certificates_cs_backup_filter",
    ),
    "eventtypes": ("wineventlog_security",),
}
"""By .conf file; the end of metadata/default.meta says why, and how to share them."""


def share(splunk: Splunk) -> None:
    """Makes them known in all apps, as an administrator may."""
    service = splunk.service()
    for conf, names in UNSHARED.items():
        stanzas = service.confs[conf]
        for name in names:
            stanzas[name].acl_update(
                sharing="global", owner="nobody", app=APP, **{"perms.read": "*"}
            )
