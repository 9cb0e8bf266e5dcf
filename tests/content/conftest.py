"""A small content repository, as contentctl 5.6.2 lays one out, and a log that it detects."""

from __future__ import annotations

import textwrap
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

DETECTION = """
name: Many Failed Logins
id: 7b4a2f1e-9b0c-4d2f-8c3e-2f1d5b6a7c8d
version: 1
status: production
type: Anomaly
description: Several failed logins of one user.
data_source:
- App Login
search: |-
  `app_logs` action=failure
  | stats count min(_time) as firstTime BY user, dest
  | where count > 1
  | lookup owners user OUTPUT owner
  | `many_failed_logins_filter`
rba:
  message: $user$ of $owner$ failed $count$ times on $dest$.
  risk_objects:
  - field: user
    type: user
    score: 20
  threat_objects: []
drilldown_searches:
- name: The results for $user$
  search: '%original_detection_search% | search user = "$user$"'
  earliest_offset: $info_min_time$
  latest_offset: $info_max_time$
tags:
  mitre_attack_id:
  - T1110
tests:
- name: True Positive Test
  attack_data:
  - data: https://media.githubusercontent.com/media/splunk/attack_data/master/datasets/app/login.log
    source: app.log
    sourcetype: app
"""
LOG = """\
2024-05-01 10:00:00 action=failure user=ann dest=web01
2024-05-01 10:00:01 action=failure user=ann dest=web01
2024-05-01 10:00:02 action=success user=bob dest=web01
"""
MACRO = "name: app_logs\ndefinition: sourcetype=app\ndescription: Logs of the app\n"
LOOKUP = "name: owners\nlookup_type: csv\ndate: 2024-05-01\nversion: 1\ndescription: Owners\n"
SOURCE = """
name: App Login
source: app.log
sourcetype: app
example_log: 2024-05-01 10:00:00 action=failure user=ann dest=web01
"""


class Repository:
    """A content repository below a folder; `attack_data` is a checkout of splunk/attack_data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "content"
        self.attack_data = folder / "attack_data"
        self.detection = self.folder / "detections" / "endpoint" / "many_failed_logins.yml"
        self.write("contentctl.yml", "path: .\n")
        self.write("detections/endpoint/many_failed_logins.yml", DETECTION.lstrip())
        self.write("macros/app_logs.yml", MACRO)
        self.write("lookups/owners.yml", LOOKUP)
        self.write("lookups/owners.csv", "user,owner\nann,Ann's team\n")
        self.write("data_sources/app_login.yml", SOURCE.lstrip())
        self.log = self.attack_data / "datasets" / "app" / "login.log"
        self.log.parent.mkdir(parents=True)
        self.log.write_text(LOG)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def change(self, before: str, after: str) -> None:
        """Writes something else into the detection."""
        text = self.detection.read_text()
        assert before in text
        self.detection.write_text(text.replace(before, after))


def copy_of(text: str, name: str) -> str:
    """The same detection under a name and an id of its own: contentctl takes each of them once."""
    number = uuid.uuid5(uuid.NAMESPACE_URL, name)
    return text.replace("Many Failed Logins", name).replace(
        "7b4a2f1e-9b0c-4d2f-8c3e-2f1d5b6a7c8d", str(number)
    )


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


Line = Callable[[str], int]


@pytest.fixture
def line_of(repository: Repository) -> Line:
    """The line of the detection's file that holds a text, from 1."""

    def find(text: str) -> int:
        return repository.detection.read_text().partition(text)[0].count("\n") + 1

    return find
