"""The lines of the server's logs, in the forms that splunkd writes them.

Fields that Splunk cuts out of such lines are given beside them, as index-time fields, where no
extraction is needed to find them (access log, audit trail); the others are `name=value`.
Source: Troubleshooting Manual, "What Splunk software logs about itself"; Securing Splunk, "Audit
Splunk activity".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from splay.store.event import Event

HOST = "splay"
Fields = Mapping[str, str]


def stamp(moment: float) -> str:
    """A moment as splunkd's logs begin with it."""
    text = datetime.fromtimestamp(moment, UTC).strftime("%m-%d-%Y %H:%M:%S.%f")
    return f"{text[:-3]} +0000"


def access_line(moment: float, fields: Fields) -> Event:
    """A request to the management port (splunkd_access.log).

    fields: clientip, user, method, uri, version, status, bytes, useragent, spent (milliseconds).
    """
    when = datetime.fromtimestamp(moment, UTC).strftime("%d/%b/%Y:%H:%M:%S.%f")[:-3] + " +0000"
    raw = (
        f"{fields['clientip']} - {fields['user']} [{when}] "
        f'"{fields["method"]} {fields["uri"]} HTTP/{fields["version"]}" {fields["status"]} '
        f'{fields["bytes"]} "-" "{fields["useragent"]}" - {fields["spent"]}ms'
    )
    uri_path, _, uri_query = fields["uri"].partition("?")
    cut = {"uri_path": uri_path, **({"uri_query": uri_query} if uri_query else {})}
    return _internal(raw, moment, "splunkd_access.log", "splunkd_access", {**fields, **cut})


def splunkd_line(moment: float, level: str, component: str, text: str) -> Event:
    """A line of splunkd.log."""
    raw = f"{stamp(moment)} {level:<5} {component} - {text}"
    fields = {"log_level": level, "component": component}
    return _internal(raw, moment, "splunkd.log", "splunkd", fields)


def scheduler_line(moment: float, level: str, fields: Fields) -> Event:
    """A run of a scheduled search (scheduler.log)."""
    raw = f"{stamp(moment)} {level:<5} SavedSplunker - {_pairs(fields)}"
    more = {"log_level": level, "component": "SavedSplunker"}
    return _internal(raw, moment, "scheduler.log", "scheduler", more)


def audit_line(moment: float, fields: Fields) -> Event:
    """What a user did (the audit trail)."""
    when = stamp(moment).removesuffix(" +0000")
    pairs = _pairs(fields, quote="'")
    held = {name: value for name, value in fields.items() if value}
    raw = f"Audit:[timestamp={when}, {pairs}][n/a]"
    return Event(raw, moment, HOST, "audittrail", "audittrail", "_audit", moment, held)


def _internal(raw: str, moment: float, file: str, sourcetype: str, fields: Fields) -> Event:
    source = f"splay/var/log/splunk/{file}"
    return Event(raw, moment, HOST, source, sourcetype, "_internal", moment, dict(fields))


def _pairs(fields: Fields, quote: str = '"') -> str:
    """`name=value`, in quotes where a value is not one word."""
    return ", ".join(
        f"{name}={value if value.isalnum() else quote + value.replace(quote, ' ') + quote}"
        for name, value in fields.items()
    )
