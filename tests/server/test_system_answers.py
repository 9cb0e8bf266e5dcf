"""What a server says of itself and of its machine, every member: REST API Reference, server/...

What the machine has is asked of Python and of the kernel here.
"""

from __future__ import annotations

import os
import platform
import shutil
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from splay import __version__
from splay.server.splunkd import Splunkd
from tests.security.conftest import Client

GUID = "00000000-0000-0000-0000-0000005b1a70"
CORES = os.cpu_count() or 1
MEMORY = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**2  # megabytes


def answer(admin: Client, path: str) -> dict[str, dict[str, Any]]:
    """By name, the content of each entry."""
    entries = admin.get(f"/services/server/{path}").json()["entry"]
    return {
        one["name"]: {name: value for name, value in one["content"].items() if name != "eai:acl"}
        for one in entries
    }


def test_info(admin: Client, splunkd_of_many: Splunkd) -> None:
    (content,) = answer(admin, "info").values()
    assert content.pop("physicalMemoryMB") == pytest.approx(MEMORY, rel=0.05)
    assert content == {
        "version": "9.4.0",
        "build": f"splay-{__version__}",
        "serverName": "splay",
        "host": "splay",
        "guid": GUID,
        "master_guid": GUID,
        "product_type": "enterprise",
        "instance_type": "download",
        "isFree": False,
        "isTrial": False,
        "isForwarding": False,
        "licenseState": "OK",
        "licenseKeys": [],
        "licenseSignature": "",
        "mode": "normal",
        "os_build": platform.version(),
        "os_name": platform.system(),
        "os_version": platform.release(),
        "cpu_arch": platform.machine(),
        "server_roles": ["indexer", "search_head"],
        "shutting_down": "0",
        "startup_time": int(splunkd_of_many.started),
        "numberOfCores": CORES,
        "numberOfVirtualCores": CORES,
    }


def test_settings(admin: Client, splunkd_of_many: Splunkd) -> None:
    assert answer(admin, "settings") == {
        "settings": {
            "SPLUNK_HOME": "",
            "SPLUNK_DB": str(splunkd_of_many.folder / "db"),
            "enableSplunkWebSSL": False,
            "host": "splay",
            "httpport": 0,
            "mgmtHostPort": 8089,  # of the address that is asked
            "minFreeSpace": 0,
            "pass4SymmKey": "",
            "serverName": "splay",
            "sessionTimeout": "1h",
            "startwebserver": False,
            "trustedIP": "",
        }
    }


def test_the_machine(admin: Client) -> None:
    (content,) = answer(admin, "sysinfo").values()
    assert content.pop("physicalMemoryMB") == pytest.approx(MEMORY, rel=0.05)
    assert 0 < content.pop("memAvailableMB") <= MEMORY
    assert content == {
        "cpu_arch": platform.machine(),
        "numberOfCores": CORES,
        "os_name": platform.system(),
        "os_version": platform.release(),
    }
    (content,) = answer(admin, "status/resource-usage/hostwide").values()
    assert content.pop("mem") == pytest.approx(MEMORY, rel=0.05)
    assert 0 < content.pop("mem_used") < MEMORY
    assert content.pop("normalized_load_avg_1min") >= 0
    assert content == {"cpu_count": CORES}


def test_the_process(admin: Client, splunkd_of_many: Splunkd) -> None:
    (content,) = answer(admin, "status/resource-usage/splunk-processes").values()
    assert 0 <= content.pop("elapsed") <= time.time() - splunkd_of_many.started
    status = Path("/proc/self/status").read_text(encoding="ascii")
    resident = int(status.partition("VmRSS:")[2].split()[0]) / 1024
    assert content.pop("mem_used") == pytest.approx(resident, rel=0.3)
    assert content == {
        "pid": str(os.getpid()),
        "process": "splay",
        "process_type": "splunkd_server",
    }


def test_the_disk(admin: Client, splunkd_of_many: Splunkd) -> None:
    folder = str(splunkd_of_many.folder)
    ((name, content),) = answer(admin, "status/partitions-space").items()
    capacity = content.pop("capacity")
    assert capacity == pytest.approx(shutil.disk_usage(folder).total / 1024**2)
    assert 0 < content.pop("available") <= capacity
    assert 0 < content.pop("free") <= capacity
    assert (name, content) == (folder, {"mount_point": folder})


NAMES = {
    "status": [
        *("conf-resource-usage", "dispatch-artifacts", "fishbucket", "installed-file-integrity"),
        *("limits", "partitions-space", "resource-usage"),
    ],
    "status/resource-usage": ["hostwide", "splunk-processes"],
    "control": ["restart"],
}


@pytest.mark.parametrize("path", NAMES)
def test_lists_of_names(path: str, admin: Client) -> None:
    assert answer(admin, path) == {name: {} for name in NAMES[path]}


def test_roles(admin: Client) -> None:
    assert answer(admin, "roles") == {"result": {"role_list": ["indexer", "search_head"]}}


def test_jobs(admin: Client) -> None:
    before = answer(admin, "status/dispatch-artifacts")["result"]
    form = {"search": "| makeresults", "exec_mode": "blocking", "output_mode": "json"}
    admin.post("/services/search/jobs", **form)
    after = answer(admin, "status/dispatch-artifacts")["result"]
    more = {name: after[name] - before[name] for name in after}
    assert more == {"total_count": 1, "adhoc_count": 1, "scheduled_count": 0}


class Usage(NamedTuple):
    total: float
    used: float
    free: float


@pytest.mark.parametrize(
    ("free", "state"), [(99, "red"), (100, "yellow"), (999, "yellow"), (1000, "green")]
)
def test_health_is_that_of_the_disk(
    free: int, state: str, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below 100 MB it is red, below 1,000 yellow."""
    usage = Usage(10**12, 0, free * 1024**2)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert answer(admin, "health/splunkd") == {"splunkd": {"health": state}}
    assert answer(admin, "health/splunkd/details") == {
        "splunkd": {"health": state, "features": {"Disk Space": {"health": state}}}
    }
