"""What roles, names, tokens and settings of the server allow, and where it ends.

Source: authorize.conf.spec (srchJobsQuota, srchDiskQuota in MB, srchIndexesDefault,
deleteIndexesAllowed); authentication.conf.spec, [splunk_auth]; server.conf.spec (sessionTimeout).
What a name of a user may be is splay's own, as it is that of a folder as well.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from splay.errors import DataError
from splay.server.access import passwords
from splay.server.access.credentials import Credentials
from splay.server.access.passwords import Lockout, is_user_name
from splay.server.access.users import Role, User, Users, standard_roles
from splay.server.errors import RestError
from splay.server.jobs.job import Request
from splay.server.jobs.timerange import TimeRange
from splay.server.splunkd import MAX_SEARCH, Splunkd, seconds_of


@pytest.fixture
def users(monkeypatch: pytest.MonkeyPatch) -> Users:
    """Ann has the roles that a test makes, `one` and `two`."""
    monkeypatch.setattr(passwords, "_COST", {"n": 2, "r": 1, "p": 1})
    made = Users("admin", "right")
    made.users["ann"] = User("ann", passwords.hashed("pass"), ["one", "two", "gone"])
    return made


# ---- roles ----


def test_quotas_of_the_roles_that_every_splunk_has() -> None:
    """authorize.conf as Splunk ships it."""
    found = {r.name: (r.srchJobsQuota, r.srchDiskQuota) for r in standard_roles().values()}
    assert found == {
        "admin": (50, 10_000),
        "can_delete": (3, 100),
        "power": (10, 500),
        "user": (3, 100),
    }


@pytest.mark.parametrize(
    ("one", "two", "largest"), [(3, 5, 5), (5, 3, 5), (0, 5, 0), (5, 0, 0), (0, 0, 0)]
)
def test_the_largest_quota_counts_of_which_0_is_none_at_all(
    users: Users, one: int, two: int, largest: int
) -> None:
    users.roles["one"] = Role("one", srchJobsQuota=one, srchDiskQuota=one)
    users.roles["two"] = Role("two", srchJobsQuota=two, srchDiskQuota=two)
    assert users.jobs_quota("ann") == largest
    assert users.disk_quota("ann") == largest * 2**20


def test_indexes_of_all_roles(users: Users) -> None:
    users.roles["one"] = Role("one", ["a"], ["two", "one"], ["x*", "y"], ["x"], ["x"])
    users.roles["two"] = Role("two", ["b"], ["one"], ["y", "z"], ["y", "x"])
    assert users.capabilities("ann") == {"a", "b"}
    assert users.allowed_indexes("ann") == ["x*", "y", "z"]
    assert users.default_indexes("ann") == ["x", "y"]
    assert users.delete_indexes("ann", "p; q;;") == ["x", "p", "q"]
    users.roles["one"].srchIndexesDefault = users.roles["two"].srchIndexesDefault = []
    assert users.default_indexes("ann") == ["main"]
    assert (users.capabilities("nobody"), users.allowed_indexes("nobody")) == (set(), [])


# ---- names, sessions, tokens ----


@pytest.mark.parametrize("name", ["a", "+a", "-a", "@", "a.b-c@d+e", "é", "x" * 100])
def test_names_of_users(name: str) -> None:
    assert is_user_name(name)


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".a", "a/b", "a b", "a\n", "nobody", "system", "-", "x" * 101]
)
def test_what_is_no_name_of_a_user(name: str) -> None:
    assert not is_user_name(name)


def test_sessions_that_have_expired_are_forgotten(
    users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("splay.server.access.users.time.monotonic", lambda: clock[0])
    for _ in range(3):
        assert users.login("ann", "pass")
        clock[0] += 3601
    assert users.login("ann", "pass")
    assert len(users._sessions) == 1


def test_a_user_who_is_no_more_has_no_session(users: Users) -> None:
    key = users.login("ann", "pass")
    assert key
    token, _ = users.make_token("ann", "tests", 0)
    other, _ = users.make_token("admin", "tests", 0)
    assert users.caller(f"Splunk {key}", "") == users.caller(f"Bearer {token}", "") == "ann"
    users.delete("ann")
    assert users.caller(f"Splunk {key}", "") is None
    users.users["ann"] = User("ann", passwords.hashed("new"), ["user"])  # another of the name
    assert users.caller(f"Splunk {key}", "") is None
    assert users.caller(f"Bearer {token}", "") is None
    assert users.caller(f"Bearer {other}", "") == "admin"


def test_a_token_that_is_disabled_or_over(users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    now = int(time.time())
    token, claims = users.make_token("ann", "tests", now + 10)
    for moment, caller in ((now + 9.9, "ann"), (now + 10.0, None)):
        monkeypatch.setattr("splay.server.access.users.time.time", lambda at=moment: at)
        assert users.caller(f"Bearer {token}", "") == caller
    monkeypatch.undo()
    users.tokens[claims["jti"]]["status"] = "disabled"
    assert users.caller(f"Bearer {token}", "") is None
    users.tokens[claims["jti"]]["status"] = "enabled"
    assert users.caller(f"splunk {token}", "") == "ann"
    del users.users["ann"]
    assert users.caller(f"Bearer {token}", "") is None


def test_a_password_with_a_colon(users: Users) -> None:
    users.users["ann"].password = passwords.hashed("a:b")
    assert users.caller("Basic YW5uOmE6Yg==", "") == "ann"  # ann:a:b
    assert users.caller("Basic YW5u", "") is None  # ann


def test_a_right_password_is_slow_to_check_once(
    users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients with Basic authentication send it with each request; a wrong one is always slow."""
    looked_at: list[str] = []
    real = passwords.is_right

    def noting(password: str, kept: str) -> bool:
        looked_at.append(password)
        return real(password, kept)

    monkeypatch.setattr("splay.server.access.users.is_right", noting)
    given = ["pass", "pass", "wrong", "wrong", "pass"]
    assert [users.check("ann", one) for one in given] == [True, True, False, False, True]
    assert looked_at == ["pass", "wrong", "wrong"]


# ---- settings ----


def test_settings_of_the_lockout() -> None:
    names = {"lockoutAttempts": "7", "lockoutThresholdMins": "120", "lockoutMins": "600"}
    assert Lockout.read(names) == Lockout(True, 7, 7200.0, 36_000.0)
    assert Lockout.read({}) == Lockout(True, 5, 300.0, 1800.0)
    wrong = {"lockoutUsers": "0", "lockoutAttempts": "0", "lockoutMins": "-1"}
    assert Lockout.read(wrong) == Lockout(False, 5, 300.0, 1800.0)
    off = Lockout(enabled=False, attempts=1)
    off.wrong("ann")
    assert not off.locked("ann")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        (" 30 m ", 1800),
        ("2h", 7200),
        ("1d", 86_400),
        ("5min", 300),
        ("1 hour", 3600),
        ("2 days", 172_800),
        ("3secs", 3),
    ],
)
def test_lengths_of_time(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "-1m", "1w", "1 month", "1.5h", "1 h 2 m", "1" * 11])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(RestError, match="is not a time such as 30m or 1h"):
        seconds_of(text)


@pytest.mark.parametrize("text", ["", "00" * 31, "00" * 33, "zz" * 32])
def test_a_file_that_holds_no_key(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)
    with pytest.raises(DataError, match="this is no key"):
        Credentials(path).encrypted("p", "here")


# ---- the server ----


def test_a_restart_begins_anew(splunkd: Splunkd) -> None:
    """Running searches end, what has ended is kept, and the server's life begins anew."""
    held = []
    for sid, paused in (("1.1", False), ("1.2", True)):
        job, store = splunkd.make_job(sid, Request("| makeresults", "admin", "search"), TimeRange())
        if paused:
            job.pause()
        splunkd.start_job(job, store)
        held.append(job)
    assert held[0].finished.wait(120)
    key = splunkd.users.login("admin", "password")
    assert key
    splunkd.messages.say("restart_required", "Restart.")
    splunkd.started = 5.0
    began = time.time()
    splunkd.restart()
    assert began <= splunkd.started <= time.time()
    assert held[1].cancelled
    assert splunkd.jobs.get("1.1", "admin", admin=True) is held[0]
    with pytest.raises(RestError, match="Unknown sid"):
        splunkd.jobs.get("1.2", "admin", admin=True)
    assert splunkd.users.session(key) is None
    assert "restart_required" not in splunkd.messages


def test_how_long_a_search_may_be(splunkd: Splunkd) -> None:
    assert MAX_SEARCH == 100_000
    begin = "| makeresults | eval a=1"
    request = Request(begin.ljust(MAX_SEARCH), "admin", "search")
    splunkd.make_job("1.1", request, TimeRange())
    longer = Request(begin.ljust(MAX_SEARCH + 1), "admin", "search")
    with pytest.raises(RestError, match="A search has at most 100,000 characters"):
        splunkd.make_job("1.2", longer, TimeRange())


def test_a_time_range_without_a_moment(splunkd: Splunkd) -> None:
    """Measured words; the end is exclusive: a range that ends where it begins has no moment."""
    request = Request("| makeresults", "admin", "search")
    splunkd.make_job("1.1", request, TimeRange("5", "6"))
    with pytest.raises(RestError, match="latest_time must be after earliest_time"):
        splunkd.make_job("1.2", request, TimeRange("5", "5"))
