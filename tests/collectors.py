"""Windows Security events as JSON, in the shapes that collectors give them.

Names and nesting are those of each collector's own documentation or source, which
docs/collectors.md names; values are those of `tests.sample_events.event`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tests.sample_events import AUDIT_FAILURE, GUID, KINDS, NAMESPACE, PROVIDER, Style, render

Event = Mapping[str, Any]
Json = dict[str, Any]
Shape = Callable[[Event], Json]


def _time(event: Event, form: str) -> str:
    time = event["time"]
    assert isinstance(time, datetime)
    return time.strftime(form)


def _iso(event: Event) -> str:
    return _time(event, "%Y-%m-%dT%H:%M:%S.%fZ")


def _words(event: Event, between: str = " ") -> str:
    return between.join(("Audit", "Failure" if event["keywords"] == AUDIT_FAILURE else "Success"))


def _kind(event: Event) -> tuple[int, str, str]:
    kind = KINDS[event["event_id"]]
    return kind.task, kind.category, kind.title


def winlogbeat(event: Event) -> Json:
    """Winlogbeat, and Elastic's agent: fields of ECS and winlog.*."""
    _, category, title = _kind(event)
    return {
        "@timestamp": _iso(event),
        "agent": {"name": "collector", "type": "winlogbeat", "version": "8.17.0"},
        "ecs": {"version": "8.0.0"},
        "event": {
            "action": category,
            "code": str(event["event_id"]),
            "kind": "event",
            "outcome": _words(event).split()[1].lower(),
            "provider": PROVIDER,
        },
        "host": {"name": event["computer"]},
        "log": {"level": "information"},
        "message": title,
        "winlog": {
            "api": "wineventlog",
            "channel": event["channel"],
            "computer_name": event["computer"],
            "event_data": dict(event["data"]),
            "event_id": str(event["event_id"]),
            "keywords": [_words(event)],
            "opcode": "Info",
            "process": {"pid": 652, "thread": {"id": 692}},
            "provider_guid": f"{{{GUID}}}",
            "provider_name": PROVIDER,
            "record_id": str(event["record"]),
            "task": category,
        },
    }


def nxlog(event: Event) -> Json:
    """NXLog: im_msvistalog, to_json(); values of the event stand beside those of the log."""
    task, category, title = _kind(event)
    return {
        "EventTime": _time(event, "%Y-%m-%d %H:%M:%S"),
        "Hostname": event["computer"],
        # The 64 bits of the keywords, as a number with a sign.
        "Keywords": int(str(event["keywords"]), 16) - 2**64,
        "EventType": _words(event, "_").upper(),
        "SeverityValue": 2,
        "Severity": "INFO",
        "EventID": event["event_id"],
        "SourceName": PROVIDER,
        "ProviderGuid": f"{{{GUID}}}",
        "Version": 0,
        "Task": task,
        "OpcodeValue": 0,
        "RecordNumber": event["record"],
        "ProcessID": 652,
        "ThreadID": 692,
        "Channel": event["channel"],
        "Message": title,
        "Category": category,
        "Opcode": "Info",
        **event["data"],
        "EventReceivedTime": _time(event, "%Y-%m-%d %H:%M:%S"),
        "SourceModuleName": "in",
        "SourceModuleType": "im_msvistalog",
    }


def fluent_bit(event: Event) -> Json:
    """Fluent Bit: winevtlog; values have no names, their order is the event's."""
    task, _, title = _kind(event)
    return {
        "ProviderName": PROVIDER,
        "ProviderGuid": f"{{{GUID}}}",
        "Qualifiers": "",
        "EventID": event["event_id"],
        "Version": 0,
        "Level": 0,
        "Task": task,
        "Opcode": 0,
        "Keywords": event["keywords"],
        "TimeCreated": _time(event, "%Y-%m-%d %H:%M:%S +0000"),
        "EventRecordID": event["record"],
        "ActivityID": "",
        "RelatedActivityID": "",
        "ProcessID": 652,
        "ThreadID": 692,
        "Channel": event["channel"],
        "Computer": event["computer"],
        "UserID": "",
        "Message": title,
        "StringInserts": [
            int(value) if value.isdecimal() else value for value in event["data"].values()
        ],
    }


def opentelemetry(event: Event) -> Json:
    """OpenTelemetry: windowseventlog receiver, the body of the log record."""
    _, category, title = _kind(event)
    return {
        "channel": event["channel"],
        "computer": event["computer"],
        "event_data": dict(event["data"]),
        "event_id": {"id": event["event_id"], "qualifiers": 0},
        "keywords": [_words(event)],
        "level": "Information",
        "message": title,
        "opcode": "Info",
        "provider": {"event_source": "", "guid": f"{{{GUID}}}", "name": PROVIDER},
        "record_id": event["record"],
        "system_time": _iso(event),
        "task": category,
    }


def vector(event: Event) -> Json:
    """Vector: windows_event_log source."""
    task, category, title = _kind(event)
    return {
        "channel": event["channel"],
        "computer": event["computer"],
        "event_data": dict(event["data"]),
        "event_id": event["event_id"],
        "host": event["computer"],
        "keywords": event["keywords"],
        "level": "Information",
        "level_value": 0,
        "message": title,
        "process_id": 652,
        "provider_guid": f"{{{GUID}}}",
        "provider_name": PROVIDER,
        "record_id": event["record"],
        "source_type": "windows_event_log",
        "task": task,
        "task_name": category,
        "thread_id": 692,
        "timestamp": _iso(event),
        "version": 0,
    }


def wazuh(event: Event) -> Json:
    """Wazuh: an alert of the decoder windows_eventchannel; names begin with a small letter."""
    task, _, title = _kind(event)
    data = {name[:1].lower() + name[1:]: value for name, value in event["data"].items()}
    return {
        "timestamp": _time(event, "%Y-%m-%dT%H:%M:%S.") + "403+0000",
        "rule": {"level": 3, "description": "Windows audit success event", "id": "60103"},
        "agent": {"id": "004", "name": "CA01", "ip": "192.0.2.17"},
        "manager": {"name": "wazuh"},
        "id": "1773135015.1234567",
        "decoder": {"name": "windows_eventchannel"},
        "data": {
            "win": {
                "system": {
                    "providerName": PROVIDER,
                    "providerGuid": f"{{{GUID.lower()}}}",
                    "eventID": str(event["event_id"]),
                    "version": "0",
                    "level": "0",
                    "task": str(task),
                    "opcode": "0",
                    "keywords": event["keywords"],
                    "systemTime": _iso(event),
                    "eventRecordID": str(event["record"]),
                    "processID": "652",
                    "threadID": "692",
                    "channel": event["channel"],
                    "computer": event["computer"],
                    "severityValue": _words(event, "_").upper(),
                    "message": f'"{title}"',
                },
                "eventdata": data,
            }
        },
        "location": "EventChannel",
    }


def azure_monitor(event: Event) -> Json:
    """Azure Monitor: a record of the table SecurityEvent; EventData is XML in a string."""
    task, _, title = _kind(event)
    values = "".join(f'<Data Name="{name}">{value}</Data>' for name, value in event["data"].items())
    return {
        "TenantId": "00000000-0000-0000-0000-000000000000",
        "TimeGenerated": _iso(event),
        "SourceSystem": "OpsManager",
        "Computer": event["computer"],
        "EventSourceName": PROVIDER,
        "Channel": event["channel"],
        "Task": task,
        "Level": "0",
        "Keywords": event["keywords"],
        "EventData": f'<EventData xmlns="{NAMESPACE}">{values}</EventData>',
        "EventID": event["event_id"],
        "Activity": f"{event['event_id']} - {title}",
        "EventRecordId": str(event["record"]),
        "Type": "SecurityEvent",
    }


def cribl(event: Event) -> Json:
    """Cribl: C.Text.parseWinEvent, XML as JSON under the same source and sourcetype."""
    task, _, _ = _kind(event)
    return {
        "Event": {
            "xmlns": NAMESPACE,
            "System": {
                "Provider": {"Name": PROVIDER, "Guid": f"{{{GUID}}}"},
                "EventID": str(event["event_id"]),
                "Version": "0",
                "Level": "0",
                "Task": str(task),
                "Opcode": "0",
                "Keywords": event["keywords"],
                "TimeCreated": {"SystemTime": _iso(event)},
                "EventRecordID": str(event["record"]),
                "Execution": {"ProcessID": "652", "ThreadID": "692"},
                "Channel": event["channel"],
                "Computer": event["computer"],
            },
            "EventData": {"Data": dict(event["data"])},
        }
    }


def splunk_export(event: Event) -> Json:
    """Splunk: a result of search/jobs/export with output_mode=json; the event stands in _raw."""
    return {
        "preview": False,
        "offset": 0,
        "result": {
            "_indextime": _time(event, "%s"),
            "_raw": render(event, Style()),
            "_time": _time(event, "%Y-%m-%d %H:%M:%S.403 UTC"),
            "host": event["computer"],
            "index": "wineventlog",
            "linecount": "1",
            "source": "XmlWinEventLog:Security",
            "sourcetype": "XmlWinEventLog",
            "splunk_server": "idx1",
        },
    }


def flat(event: Event) -> Json:
    """Own scripts: a flat object that need not name the provider."""
    return {
        "TimeCreated": _iso(event),
        "Channel": event["channel"],
        "EventID": event["event_id"],
        "Computer": event["computer"],
        "Keywords": event["keywords"],
        "EventRecordID": event["record"],
        **event["data"],
    }


SHAPES: dict[str, Shape] = {
    "Winlogbeat": winlogbeat,
    "NXLog": nxlog,
    "Fluent Bit": fluent_bit,
    "OpenTelemetry": opentelemetry,
    "Vector": vector,
    "Wazuh": wazuh,
    "Azure Monitor": azure_monitor,
    "Cribl": cribl,
    "Splunk's JSON export": splunk_export,
    "flat": flat,
}


def as_json(event: Event, shape: str, indent: int | None = None) -> str:
    """The event's text in that shape: on one line, or indented."""
    return json.dumps(SHAPES[shape](event), indent=indent, ensure_ascii=False)
