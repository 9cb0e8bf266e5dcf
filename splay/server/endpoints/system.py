"""What the server says of itself: info, settings, status, health, and its end.

Source: REST API Reference, "Introspection endpoint descriptions", "System endpoint descriptions".
"""

from __future__ import annotations

import os
import platform
import shutil
import time
from pathlib import Path
from typing import Any

from starlette.responses import Response

from splay import __version__
from splay.server.errors import RestError
from splay.server.jobs.slots import MOST_AT_ONCE
from splay.server.rest.feeds import Entry, Feed, respond
from splay.server.rest.request import Call, Routes
from splay.server.splunkd import SERVER_NAME

routes = Routes()

SPLUNK_VERSION = "9.4.0"
"""The release of Splunk whose REST API is followed: clients choose what they call by it."""
_GUID = "00000000-0000-0000-0000-0000005b1a70"


@routes("GET", "server/info", open=False)
@routes("GET", "server/info/server-info", open=False)
def info(call: Call) -> Response:
    """Name, version and system."""
    content = {
        "version": SPLUNK_VERSION,
        "build": f"splay-{__version__}",
        "serverName": SERVER_NAME,
        "host": SERVER_NAME,
        "guid": _GUID,
        "product_type": "enterprise",
        "instance_type": "download",
        "isFree": False,
        "isTrial": False,
        "isForwarding": False,
        "licenseState": "OK",
        "mode": "normal",
        "licenseKeys": [],
        "licenseSignature": "",
        "master_guid": _GUID,
        "os_build": platform.version(),
        "os_name": platform.system(),
        "os_version": platform.release(),
        "cpu_arch": platform.machine(),
        "server_roles": ["indexer", "search_head"],
        "shutting_down": "0",
        "startup_time": int(call.splunkd.started),
        "numberOfCores": os.cpu_count() or 1,
        "numberOfVirtualCores": os.cpu_count() or 1,
        "physicalMemoryMB": _memory("MemTotal") // 1024,
    }
    return respond(call, Feed("server-info", "server/info", [_entry("server-info", content)]))


def _entry(name: str, content: dict[str, Any]) -> Entry:
    return Entry(name, "server/info", content)


@routes("GET", "server/settings")
@routes("GET", "server/settings/settings")
def settings(call: Call) -> Response:
    """The settings that splay has."""
    content = {
        "SPLUNK_HOME": "",
        "SPLUNK_DB": str(call.splunkd.folder / "db"),
        "enableSplunkWebSSL": False,
        "host": SERVER_NAME,
        "httpport": 0,
        "mgmtHostPort": call.port,
        "minFreeSpace": 0,
        "pass4SymmKey": "",  # a secret among Splunks: splay has no others to share one with
        "serverName": SERVER_NAME,
        "sessionTimeout": call.splunkd.session_timeout,
        "startwebserver": False,
        "trustedIP": "",
    }
    entry = Entry("settings", "server/settings", content, links=("edit", "_reload"))
    return respond(call, Feed("server-settings", "server/settings", [entry]))


@routes("POST", "server/settings")
@routes("POST", "server/settings/settings")
def change_settings(call: Call) -> Response:
    """Sets how long sessions last; the others are the options that splay is started with."""
    call.need("edit_server")
    if set(call.params.pairs(("output_mode", "_"))) - {"sessionTimeout"}:
        text = "splay's settings are the options it is started with, but for sessionTimeout"
        raise RestError(501, f"Not implemented: {text}.")
    call.splunkd.set_session_timeout(call.params.needed("sessionTimeout"))
    return settings(call)


def _memory(name: str) -> int:
    """A line of /proc/meminfo, in kilobytes."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        key, _, rest = line.partition(":")
        if key == name:
            return int(rest.split()[0])
    return 0


@routes("GET", "server/sysinfo")
def system_information(call: Call) -> Response:
    """The machine."""
    content = {
        "cpu_arch": platform.machine(),
        "numberOfCores": os.cpu_count() or 1,
        "os_name": platform.system(),
        "os_version": platform.release(),
        "physicalMemoryMB": _memory("MemTotal") // 1024,
        "memAvailableMB": _memory("MemAvailable") // 1024,
    }
    entry = Entry("sysinfo", "server/sysinfo", content)
    return respond(call, Feed("sysinfo", "server/sysinfo", [entry]))


# ---- status and health ----

_STATUS = (
    "conf-resource-usage",
    "dispatch-artifacts",
    "fishbucket",
    "installed-file-integrity",
    "limits",
    "partitions-space",
    "resource-usage",
)
_MEGABYTE = 1024 * 1024
_LOW = ((100, "red"), (1000, "yellow"))
"""Below how many free megabytes the disk is in which state."""


@routes("GET", "server/status")
def status(call: Call) -> Response:
    """What can be asked for: names only."""
    entries = [Entry(name, "server/status", {}) for name in _STATUS]
    return respond(call, Feed("server-status", "server/status", entries))


def _one(call: Call, name: str, content: dict[str, Any]) -> Response:
    return respond(call, Feed(name, call.path, [Entry(name, call.path, content)]))


@routes("GET", "server/status/dispatch-artifacts")
def artifacts(call: Call) -> Response:
    """How many search jobs there are."""
    jobs = call.splunkd.jobs.listed(call.user, admin=True)
    content = {
        "total_count": len(jobs),
        "adhoc_count": sum(1 for job in jobs if not job.request.saved),
        "scheduled_count": sum(1 for job in jobs if job.request.scheduled is not None),
    }
    return _one(call, "result", content)


@routes("GET", "server/status/limits/search-concurrency")
def concurrency(call: Call) -> Response:
    """How many searches run at once."""
    return _one(call, "search-concurrency", {"max_hist_searches": MOST_AT_ONCE})


@routes("GET", "server/status/partitions-space")
def partitions(call: Call) -> Response:
    """The room on the disk of the data folder, in megabytes."""
    usage = shutil.disk_usage(call.splunkd.folder)
    content = {
        "mount_point": str(call.splunkd.folder),
        "capacity": usage.total / _MEGABYTE,
        "available": usage.free / _MEGABYTE,
        "free": usage.free / _MEGABYTE,
    }
    return _one(call, str(call.splunkd.folder), content)


@routes("GET", "server/status/resource-usage")
def usages(call: Call) -> Response:
    """What can be asked for: names only."""
    entries = [Entry(name, call.path, {}) for name in ("hostwide", "splunk-processes")]
    return respond(call, Feed("resource-usage", call.path, entries))


@routes("GET", "server/status/resource-usage/hostwide")
def hostwide(call: Call) -> Response:
    """The machine's memory, in megabytes, and its load."""
    total, available = _memory("MemTotal"), _memory("MemAvailable")
    content = {
        "cpu_count": os.cpu_count() or 1,
        "mem": total / 1024,
        "mem_used": (total - available) / 1024,
        "normalized_load_avg_1min": os.getloadavg()[0] / (os.cpu_count() or 1),
    }
    return _one(call, "result", content)


@routes("GET", "server/status/resource-usage/splunk-processes")
def processes(call: Call) -> Response:
    """The server's process: its memory in megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    content = {
        "pid": str(os.getpid()),
        "process": "splay",
        "process_type": "splunkd_server",
        "mem_used": pages * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE,
        "elapsed": time.time() - call.splunkd.started,
    }
    return _one(call, "splay", content)


def _disk_health(call: Call) -> str:
    free = shutil.disk_usage(call.splunkd.folder).free / _MEGABYTE
    return next((state for limit, state in _LOW if free < limit), "green")


@routes("GET", "server/health/splunkd")
def health(call: Call) -> Response:
    """Whether the server is well: its disk has room."""
    return _one(call, "splunkd", {"health": _disk_health(call)})


@routes("GET", "server/health/splunkd/details")
def health_details(call: Call) -> Response:
    """The same by its features."""
    state = _disk_health(call)
    features = {"Disk Space": {"health": state}}
    return _one(call, "splunkd", {"health": state, "features": features})


# ---- roles and control ----


@routes("GET", "server/roles")
def server_roles(call: Call) -> Response:
    """What this server is: it indexes and searches."""
    return _one(call, "result", {"role_list": ["indexer", "search_head"]})


@routes("GET", "server/control")
def actions(call: Call) -> Response:
    """What can be done to the server."""
    entries = [Entry("restart", "server/control", {})]
    return respond(call, Feed("server-control", "server/control", entries))


@routes("POST", "server/control/restart")
def restart(call: Call) -> Response:
    """Ends every session and search, as a restart does; the process stays."""
    call.need("restart_splunkd")
    call.splunkd.restart()
    return respond(call, Feed("server-control", "server/control", []))
