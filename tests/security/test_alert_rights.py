"""Actions, acknowledgement and silences belong to who may change the saved search."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import pytest

from splay.server.jobs.job import Job
from splay.server.scheduler.scheduler import Scheduler
from splay.server.splunkd import Splunkd
from splay.store.event import Need, ReadReport
from splay.store.literalscan import LiteralScan
from tests.security.conftest import Client
from tests.server.moments import at
from tests.server.saving import HOURLY, NAME, save

Users = Callable[[str], Client]
SEARCHES = "/servicesNS/{}/search/saved/searches"
RISKY = {
    **HOURLY,
    "search": '| makeresults | `verdict` | eval dest="ca01"',
    "counttype": "number of events",
    "relation": "greater than",
    "quantity": "0",
    "action__risk": "1",
    "action__risk__param___risk": '[{"risk_object_field": "dest", "risk_object_type": "system", '
    '"risk_score": 20}]',
    "action__risk__param___risk_message": "The verdict is $verdict$",
    "alert__suppress": "1",
    "alert__suppress__fields": "dest",
    "alert__suppress__period": "24h",
}


@pytest.fixture
def risky(splunkd: Splunkd) -> None:
    """A shared search whose verdict is in a macro of the app."""
    from splay.server.objects.acl import Acl

    acl = Acl("search", "nobody", "app")
    splunkd.catalog.write(
        "macros", "verdict", {"definition": 'eval verdict="alarm"'}, acl, private=False
    )
    save(splunkd, "risky", **RISKY)


def own_macro(client: Client, user: str) -> None:
    path = f"/servicesNS/{user}/search/admin/macros"
    made = client.post(path, name="verdict", definition='eval verdict="approved"')
    assert made.status_code == 201


def verdicts(splunkd: Splunkd) -> list[str]:
    risk = splunkd.indexes.get("risk")
    found = risk.scan(Need(), LiteralScan(()), ReadReport(), lambda: True)
    return [text for one in found for text in re.findall(r'risk_message="([^"]*)"', one.raw)]


def scheduled(splunkd: Splunkd) -> None:
    scheduler = Scheduler(splunkd)
    scheduler.tick(at("2026-03-10T09:30"))
    settled(scheduler.tick(at("2026-03-10T10:00:01")))


def settled(jobs: Iterable[Job]) -> None:
    for job in jobs:
        assert job.settled.wait(120)


def dispatched(splunkd: Splunkd, client: Client, owner: str, **form: str) -> int:
    answer = client.post(f"{SEARCHES.format(owner)}/risky/dispatch", output_mode="json", **form)
    settled(splunkd.jobs.listed("", admin=True))
    return answer.status_code


@pytest.mark.parametrize("user", ["mallory", "peggy"])
def test_only_who_may_change_a_search_has_its_actions_run(
    splunkd: Splunkd, as_user: Users, risky: None, user: str
) -> None:
    client = as_user(user)
    own_macro(client, user)
    for owner in (user, "nobody"):
        assert dispatched(splunkd, client, owner, trigger_actions="1") == 403
        assert dispatched(splunkd, client, owner) == 201  # without actions
    assert verdicts(splunkd) == []
    scheduled(splunkd)
    assert verdicts(splunkd) == ["The verdict is alarm"]


def test_a_users_run_speaks_with_shared_knowledge_and_silences_nobody_else(
    splunkd: Splunkd, as_user: Users, risky: None
) -> None:
    admin = as_user("admin")
    own_macro(admin, "admin")
    for _ in range(2):
        assert dispatched(splunkd, admin, "admin", trigger_actions="1") == 201
    assert verdicts(splunkd) == ["The verdict is alarm"]  # the second run was silent
    scheduled(splunkd)
    assert verdicts(splunkd) == ["The verdict is alarm"] * 2


def test_a_private_search_of_the_same_name_silences_nothing(
    splunkd: Splunkd, as_user: Users, risky: None
) -> None:
    mallory = as_user("mallory")
    own_macro(mallory, "mallory")
    made = mallory.post(
        SEARCHES.format("mallory"), name="risky", search='| makeresults | eval dest="ca01"'
    )
    assert made.status_code == 201, made.text
    assert dispatched(splunkd, mallory, "mallory", trigger_actions="1") == 201
    suppress = f"{SEARCHES.format('mallory')}/risky/suppress"
    assert mallory.post(suppress, expiration="1h").status_code == 200
    scheduled(splunkd)
    assert "The verdict is alarm" in verdicts(splunkd)


def test_a_private_copy_is_not_scheduled_for_who_may_not_schedule(
    splunkd: Splunkd, as_user: Users, risky: None
) -> None:
    """What the copy leaves out it has from the shared search: also that it is scheduled."""
    mallory = as_user("mallory")
    made = mallory.post(SEARCHES.format("mallory"), name="risky", search="| makeresults")
    assert made.status_code == 201
    scheduler = Scheduler(splunkd)
    scheduler.tick(at("2026-03-10T09:30"))
    jobs = [job for job in scheduler.tick(at("2026-03-10T10:00")) if job.request.saved == "risky"]
    assert [job.user for job in jobs] == ["admin"]
    settled(jobs)


@pytest.mark.parametrize("user", ["mallory", "peggy"])
def test_silences_and_acknowledgement_are_for_who_may_change_the_search(
    splunkd: Splunkd, as_user: Users, risky: None, user: str
) -> None:
    client, admin = as_user(user), as_user("admin")
    scheduled(splunkd)
    (alert,) = [one for one in splunkd.alerts.fired(0.0) if one.search[2] == "risky"]
    path = f"{SEARCHES.format('nobody')}/risky"
    assert client.get(f"{path}/suppress").status_code == 200
    for one, form in (("suppress", {"expiration": "1h"}), ("acknowledge", {})):
        assert client.post(f"{path}/{one}", **form).status_code == 403
        assert admin.post(f"{path}/{one}", **form).status_code == 200
    fired = f"/services/alerts/fired_alerts/{alert.sid}"
    assert client("DELETE", fired).status_code == 403
    assert admin("DELETE", fired).status_code == 200


def test_the_apps_own_search(splunkd: Splunkd, as_user: Users) -> None:
    path = f"/servicesNS/mallory/DA-ESS-ADCSBackup/saved/searches/{NAME}"
    mallory = as_user("mallory")
    assert mallory.post(f"{path}/dispatch", trigger_actions="1").status_code == 403
    assert mallory.post(f"{path}/suppress", expiration="1h").status_code == 403
    assert mallory.post(f"{path}/acknowledge").status_code == 403
