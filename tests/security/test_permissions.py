"""Users do what their roles allow, in their own names, and see no secrets of others.

Capabilities: authorize.conf.spec. Permissions: REST API User Manual, "Access Control List".
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from splay.server.scheduler.scheduler import Scheduler
from splay.server.splunkd import Splunkd
from tests.security.conftest import TOKEN, Client

Users = Callable[[str], Client]


def rows(client: Client, search: str) -> list[list[str]]:
    path = "/services/search/jobs"
    answer = client.post(path, search=search, exec_mode="oneshot", output_mode="json_rows")
    assert answer.status_code == 200, answer.text
    found: list[list[str]] = json.loads(answer.text)["rows"]
    return found


# ---- in whose name ----


@pytest.mark.parametrize("owner", ["admin", "nobody"])
def test_nobody_schedules_a_search_in_anothers_name(as_user: Users, owner: str) -> None:
    """The scheduler runs it with the rights of its owner; nobody's with the administrator's."""
    peggy = as_user("peggy")
    made = peggy.post(
        "/servicesNS/peggy/search/saved/searches",
        name="mine",
        search="index=_internal",
        is_scheduled="1",
        cron_schedule="* * * * *",
    )
    assert made.status_code == 201, made.text
    acl = "/servicesNS/peggy/search/saved/searches/mine/acl"
    for sharing in ("user", "app", "global"):
        assert peggy.post(acl, sharing=sharing, owner=owner).status_code == 403
    elsewhere = f"/servicesNS/{owner}/search/saved/searches"
    assert peggy.post(elsewhere, name="theirs", search="index=_internal").status_code == 403


def test_a_scheduled_search_has_the_rights_of_its_owner(splunkd: Splunkd, as_user: Users) -> None:
    made = as_user("peggy").post(
        "/servicesNS/peggy/search/saved/searches",
        name="mine",
        search="| makeresults",
        is_scheduled="1",
        cron_schedule="* * * * *",
    )
    assert made.status_code == 201
    scheduler = Scheduler(splunkd)
    scheduler.tick(1_000_000.0)
    started = [job for job in scheduler.tick(1_000_061.0) if job.request.saved == "mine"]
    assert [job.request.user for job in started] == ["peggy"]


def test_scheduling_wants_its_capability(as_user: Users) -> None:
    form = {"search": "| makeresults", "cron_schedule": "* * * * *", "is_scheduled": "1"}
    path = "/servicesNS/mallory/search/saved/searches"
    answer = as_user("mallory").post(path, name="mine", **form)
    assert answer.status_code == 403
    assert "schedule_search" in answer.text


def test_searching_wants_its_capability(splunkd: Splunkd, as_user: Users) -> None:
    admin = as_user("admin")
    assert admin.post("/services/authorization/roles", name="blind").status_code == 201
    answer = admin.post("/services/authentication/users/mallory", roles="blind")
    assert answer.status_code == 200
    answer = as_user("mallory").post("/services/search/jobs", search="| makeresults")
    assert (answer.status_code, "requires capability: search" in answer.text) == (403, True)


def test_others_private_objects_are_out_of_reach(as_user: Users) -> None:
    path = "/servicesNS/peggy/search/admin/macros"
    assert as_user("peggy").post(path, name="secret", definition="x").status_code == 201
    mallory = as_user("mallory")
    assert "secret" not in mallory.get(path).text
    assert mallory.get(f"{path}/secret").status_code == 404
    assert mallory.post(f"{path}/secret", definition="y").status_code == 404
    assert mallory("DELETE", f"{path}/secret").status_code == 404
    made = mallory.post("/servicesNS/peggy/search/admin/macros", name="planted", definition="x")
    assert made.status_code == 403


def test_objects_that_a_role_may_not_read(as_user: Users) -> None:
    admin, path = as_user("admin"), "/servicesNS/nobody/search/admin/macros"
    assert admin.post(path, name="inside", definition="x").status_code == 201
    acl = {"sharing": "app", "owner": "nobody", "perms.read": "admin", "perms.write": "admin"}
    assert admin.post(f"{path}/inside/acl", **acl).status_code == 200
    assert admin.get(f"{path}/inside").status_code == 200
    assert as_user("mallory").get(f"{path}/inside").status_code == 404
    assert "inside" not in as_user("mallory").get(path).text


SEARCHED = "/servicesNS/{}/search/search/jobs"


def searched(client: Client, user: str, search: str) -> str:
    """The answer to a search in the app search, an error included."""
    form = {"search": search, "exec_mode": "oneshot", "output_mode": "json_rows"}
    return client.post(SEARCHED.format(user), **form).text


@pytest.mark.parametrize(
    ("conf", "name", "settings", "search"),
    [
        ("macros", "inside", {"definition": 'eval x="hidden"'}, "| makeresults | `inside`"),
        (
            "savedsearches",
            "inside",
            {"search": '| makeresults | eval x="hidden"'},
            "| savedsearch inside",
        ),
        (
            "savedsearches",
            "inside",
            {"search": '| makeresults | eval x="hidden"'},
            "| makeresults | append [| savedsearch inside]",
        ),
    ],
    ids=["macro", "saved search", "saved search in a search"],
)
def test_a_search_uses_what_its_user_may_read(
    as_user: Users, conf: str, name: str, settings: dict[str, str], search: str
) -> None:
    """Knowledge Manager Manual, "Manage knowledge object permissions": no read, no use."""
    admin, path = as_user("admin"), f"/servicesNS/nobody/search/configs/conf-{conf}"
    assert admin.post(path, name=name, **settings).status_code == 201
    assert "hidden" in searched(as_user("mallory"), "mallory", search)
    acl = {"sharing": "app", "owner": "nobody", "perms.read": "power", "perms.write": "admin"}
    assert admin.post(f"{path}/{name}/acl", **acl).status_code == 200
    assert "hidden" in searched(as_user("peggy"), "peggy", search)
    assert "hidden" in searched(admin, "admin", search)
    answer = searched(as_user("mallory"), "mallory", search)
    assert "hidden" not in answer
    assert "there is no" in answer


def test_a_lookup_file_that_is_not_exported_stays_in_its_app(as_user: Users) -> None:
    """metadata/default.meta exports neither the list of operators nor that of CAs."""
    within = "/servicesNS/nobody/DA-ESS-ADCSBackup/search/jobs"
    for name in ("adcs_backup_operators.csv", "adcs_backup_operators"):
        search = f"| inputlookup {name}"
        form = {"search": search, "exec_mode": "oneshot", "output_mode": "json_rows"}
        assert as_user("mallory").post(within, **form).status_code == 200
        assert "there is no lookup" in searched(as_user("mallory"), "mallory", search)
    shared = "| inputlookup adcs_key_signals.csv | table signal"
    assert "ca_key_export" in searched(as_user("mallory"), "mallory", shared)


@pytest.mark.parametrize(
    "search",
    [
        "| makeresults | collect index=main",
        "| makeresults | summaryindex index=main",
        "| makeresults | append [| makeresults | collect index=main]",
        '| makeresults | map search="| makeresults | collect index=main"',
    ],
    ids=["collect", "another name of it", "in a search within", "by map"],
)
def test_collect_wants_its_capability(splunkd: Splunkd, as_user: Users, search: str) -> None:
    """authorize.conf.spec, run_collect: the roles user and power have it, others are given it."""
    admin = as_user("admin")
    made = admin.post("/services/authorization/roles", name="reader", capabilities="search")
    assert made.status_code == 201, made.text
    user = "/services/authentication/users/mallory"
    assert admin.post(user, roles="reader").status_code == 200
    assert "requires capability: run_collect" in searched(as_user("mallory"), "mallory", search)
    assert rows(admin, "search index=main | stats count") == [["0"]]
    assert admin.post(user, roles="user").status_code == 200
    assert "requires capability" not in searched(as_user("mallory"), "mallory", search)
    assert rows(admin, "search index=main | stats count") == [["1"]]


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("POST", "authentication/users", {"name": "eve", "password": "p", "roles": "admin"}),
        ("POST", "authentication/users/mallory", {"roles": "admin"}),
        ("DELETE", "authentication/users/peggy", {}),
        ("POST", "authorization/roles", {"name": "r"}),
        ("POST", "authorization/roles/user", {"capabilities": "admin_all_objects"}),
        ("DELETE", "authorization/roles/power", {}),
        ("POST", "authorization/tokens", {"name": "admin", "audience": "x"}),
        ("POST", "apps/local", {"name": "planted"}),
        ("DELETE", "apps/local/search", {}),
        ("POST", "data/indexes", {"name": "planted"}),
        ("POST", "data/indexes/main", {"frozenTimePeriodInSecs": "1"}),
        ("POST", "data/indexes/main/roll-hot-buckets", {}),
        ("DELETE", "data/indexes/main", {}),
        ("POST", "data/inputs/http", {"name": "planted"}),
        ("POST", "data/inputs/oneshot", {"name": "/etc/passwd"}),
        ("POST", "receivers/simple", {}),
        ("POST", "receivers/stream", {}),
        ("POST", "messages", {"name": "n", "value": "v"}),
        ("POST", "configs/conf-savedsearches", {"name": "n", "__app": "search"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_user_has_no_administrators_rights(
    as_user: Users, method: str, path: str, form: dict[str, str]
) -> None:
    answer = as_user("mallory")(method, f"/servicesNS/nobody/search/{path}", data=form)
    assert answer.status_code in (403, 404), answer.text
    assert answer.status_code == 403 or path.startswith("authentication/users")


# ---- what is seen ----


@pytest.mark.parametrize(
    "path",
    [
        "data/inputs/http",
        "data/inputs/http/splunk_hec_token",
        "configs/conf-inputs",
        "configs/conf-inputs/http%3A%252F%252Fsplunk_hec_token",
        "properties/inputs",
        "properties/inputs/http%3A%252F%252Fsplunk_hec_token",
        "properties/inputs/http%3A%252F%252Fsplunk_hec_token/token",
    ],
)
def test_the_collectors_token_is_shown_to_those_who_may_set_it(as_user: Users, path: str) -> None:
    """authorize.conf.spec: edit_token_http lets a user create, edit, display and remove them."""
    url = f"/servicesNS/nobody/splunk_httpinput/{path}"
    answer = as_user("mallory").get(url)
    assert answer.status_code == 403
    assert TOKEN not in answer.text
    assert as_user("admin").get(url).status_code == 200


def test_no_answer_shows_a_password_or_its_hash(splunkd: Splunkd, as_user: Users) -> None:
    hashes = [user.password for user in splunkd.users.users.values()]
    text = as_user("admin").get("/services/authentication/users").text
    assert "mallory" in text
    for secret in [*hashes, "mallory's password"]:
        assert secret not in text
        assert secret.split("$")[-1] not in text


def test_jobs_of_others_are_out_of_reach(as_user: Users) -> None:
    path = "/services/search/jobs"
    answer = as_user("admin").post(path, search="| makeresults", exec_mode="blocking", id="s1")
    assert answer.status_code == 201
    mallory = as_user("mallory")
    for end in ("", "/results", "/events", "/summary", "/timeline", "/search.log"):
        assert mallory.get(f"{path}/s1{end}").status_code == 404
    assert mallory.post(f"{path}/s1/control", action="cancel").status_code == 404
    assert mallory("DELETE", f"{path}/s1").status_code == 404
    assert '"s1"' not in mallory.get(path).text


@pytest.mark.parametrize(
    "search",
    [
        "search index=_internal",
        "search index=main [search index=_internal | fields secret]",
        "| makeresults | append [search index=_internal]",
        "| makeresults | join type=outer _time [search index=_internal]",
        '| makeresults | map search="search index=_internal"',
        "| multisearch [search index=_internal] [search index=_audit]",
        "| union [search index=_internal] [search index=_audit]",
        "| tstats values(secret) WHERE index=_internal",
        "| makeresults | appendcols [search index=_internal]",
        "search index=main OR index=_internal",
        "search index=_*",
        "search NOT index=main",
    ],
)
def test_indexes_that_a_role_may_not_search(splunkd: Splunkd, as_user: Users, search: str) -> None:
    """srchIndexesAllowed of the role user is *, which stands for no internal index."""
    from splay.store.event import Event

    event = Event("secret=hidden", 1.0, "h", "s", "st", "_internal", 1.0, {"secret": "hidden"})
    splunkd.indexes.append([event])
    assert "hidden" in json.dumps(rows(as_user("admin"), "search index=_internal"))
    assert "hidden" not in json.dumps(rows(as_user("mallory"), search))


# ---- lookups ----


def test_a_users_lookup_is_the_users_own(as_user: Users) -> None:
    """Else anybody could put himself on the list of those who may back up a CA."""
    where = "/servicesNS/{}/DA-ESS-ADCSBackup/search/jobs"
    write = '| makeresults | eval user="mallory" | outputlookup adcs_backup_operators.csv'
    read = "| inputlookup adcs_backup_operators.csv | table user"

    def run(name: str, search: str) -> list[list[str]]:
        path = where.format(name)
        form = {"exec_mode": "oneshot", "output_mode": "json_rows", "search": search}
        answer = as_user(name).post(path, **form)
        assert answer.status_code == 200, answer.text
        found: list[list[str]] = json.loads(answer.text)["rows"]
        return found

    run("mallory", write)
    assert run("mallory", read) == [["mallory"]]
    assert run("admin", read) == []
    run("admin", write.replace("mallory", "svc-backup"))
    assert run("peggy", read) == [["svc-backup"]]
