"""Who may run searches at once, and how many: authorize.conf.spec (srchJobsQuota, srchDiskQuota),
limits.conf.spec ([search] base_max_searches, [scheduler] max_searches_perc)."""

from __future__ import annotations

import gc
import threading
import time
import tracemalloc
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from splay import memory
from splay.apps import AppSet
from splay.engine import retrieve
from splay.engine.inner import new_context
from splay.server.jobs import jobs, overresults, slots
from splay.server.jobs.job import Job, Request, size_of
from splay.server.jobs.slots import Slots
from splay.server.jobs.timerange import TimeRange
from splay.server.splunkd import Splunkd
from splay.store.event import Event
from tests.holding import none_of
from tests.sample_events import Style, event, render
from tests.security.conftest import Client
from tests.server.running import ROOT, fresh

As = Callable[[str], Client]
ENDLESS = "| makeresults count=1000000000 | stats count"
JOBS = "/services/search/jobs"


@dataclass(eq=False)
class One:
    user: str
    scheduled: bool = False
    cancelled: bool = False
    young: bool = False
    runs: bool = False

    def go(self) -> None:
        self.runs = True


def taken(place: Slots, *some: One) -> list[bool]:
    for one in some:
        place.take(one, one.go)
    return [one.runs for one in some]


@pytest.fixture(autouse=True)
def sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "MOST_AT_ONCE", 8)
    monkeypatch.setattr(slots, "SCHEDULED_AT_ONCE", 4)


@pytest.mark.parametrize(("quota", "most"), [(3, 3), (0, 6), (50, 6)])
def test_one_user_has_a_quota_and_leaves_two_slots_to_others(quota: int, most: int) -> None:
    place = Slots(lambda user: quota)
    assert sum(taken(place, *(One("a") for _ in range(20)))) == most
    assert taken(place, One("b"), One("b")) == [True, True]


def test_the_schedule_has_slots_of_its_own() -> None:
    place = Slots(lambda user: 0)
    taken(place, *(One(user) for user in "abcd" for _ in range(9)))
    assert taken(place, One("a", scheduled=True), One("x", scheduled=True)) == [True, True]
    assert sum(taken(place, *(One("a", scheduled=True) for _ in range(9)))) == 1
    assert taken(place, One("y", scheduled=True)) == [True]  # the fourth


def test_a_slot_goes_to_who_has_the_fewest() -> None:
    place = Slots(lambda user: 0)
    first = [One("a") for _ in range(6)]
    taken(place, *first, One("b"), One("b"))
    waiting = [One("a"), One("a"), One("b"), One("c")]
    assert none_of(taken(place, *waiting))
    place.leave(first[0])
    assert [one.runs for one in waiting] == [False, False, False, True]
    place.leave(first[1])
    assert [one.runs for one in waiting] == [False, False, True, True]


def test_what_is_cancelled_while_it_waits_needs_no_slot() -> None:
    place = Slots(lambda user: 1)
    one, two = One("a"), One("a")
    assert taken(place, one, two) == [True, False]
    two.cancelled = True
    place.look_again()
    assert two.runs


def test_what_part_of_the_time_is_for_a_user_with_several_jobs() -> None:
    place = Slots(lambda user: 0)
    one, old, new = One("a"), One("b"), One("c", young=True)
    taken(place, one, One("a", young=True))
    assert place.part_of(one) == (2, 1.0)  # a young one of its own does not count
    with place.planning("a"):
        assert place.part_of(one) == (2, 1.0)
    with place.planning("b"):
        assert place.part_of(one) == (2, 0.2)
    taken(place, old)
    assert place.part_of(one) == (2, 0.5)
    taken(place, new)
    assert place.part_of(one) == (2, 0.2)
    assert place.part_of(new) == (1, 0.2)
    place.leave(new)
    assert place.part_of(one) == (2, 0.5)


@dataclass
class Shares:
    """Stands for the slots: what a job's user has, and which part of the time that may take."""

    own: int
    part: float
    looks: int = 1000

    def part_of(self, job: object) -> tuple[int, float]:
        """Others want to work for so many looks."""
        self.looks -= 1
        return self.own, self.part if self.looks >= 0 else 1.0


@pytest.mark.parametrize(
    ("shares", "young", "rested"),
    [
        (Shares(1, 1.0), False, 0.0),  # nobody else is there
        (Shares(1, 0.5), False, 0.4),  # as long as it has worked: half of the time
        (Shares(1, 0.2), False, 1.6),  # four times as long: a fifth
        (Shares(2, 0.5), False, 1.2),  # two of them have half of it between them
        (Shares(1, 0.5), True, 0.0),
        (Shares(2, 0.5), True, 1.2),
        (Shares(3, 0.2), True, 2.0),  # 5.6 would be too long
        (Shares(1, 0.5, looks=3), False, 0.15),  # others have ended, three naps later
    ],
)
def test_how_long_a_job_rests(
    shares: Shares, young: bool, rested: float, splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After 0.4 s of work, by the rule that Job._give_way states."""
    naps = list[float]()
    job, _ = splunkd.make_job(
        fresh("sid"), Request("| makeresults", "admin", "search"), TimeRange(), 0.0
    )
    monkeypatch.setattr(type(job), "young", young)
    monkeypatch.setattr(job, "_slots", shares)
    monkeypatch.setattr(job, "_looked", 10.0, raising=False)
    monkeypatch.setattr("splay.server.jobs.job.time.thread_time", lambda: 10.4)
    monkeypatch.setattr("splay.server.jobs.job.time.sleep", naps.append)
    assert job.check() is True
    assert sum(naps) == pytest.approx(rested)
    assert max(naps, default=0.0) <= 0.05


@pytest.mark.parametrize(("ends", "given"), [(True, 3), (False, 5)])
def test_slow_rows_are_asked_about_each(
    ends: bool, given: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(1000))  # each look at the clock is a second later
    monkeypatch.setattr(retrieve, "monotonic", lambda: float(next(clock)))
    answers = iter([True, True, True, False, False])
    context = new_context(AppSet([ROOT]), 0.0)
    context.should_continue = lambda: next(answers)
    assert list(retrieve.guarded(range(5), context, ends=ends)) == list(range(given))


def test_the_memory_is_looked_at_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now, looks = 100.0, list[float]()

    def full() -> bool:
        looks.append(now)
        return now > 100.0

    monkeypatch.setattr("splay.memory._Looks.last", 0.0)
    monkeypatch.setattr("splay.memory.time.monotonic", lambda: now)
    monkeypatch.setattr(memory, "full", full)
    assert [memory.in_memory() for _ in range(3)] == [True] * 3
    now = 100.1
    for _ in range(2):  # full: at each look, however soon
        with pytest.raises(memory.MemoryFull):
            memory.in_memory()
    assert looks == [100.0, 100.1, 100.1]


# ---- jobs ----


def started(client: Client, count: int, search: str = ENDLESS) -> list[str]:
    requests = (
        ("POST", JOBS, {"data": {"search": search, "output_mode": "json"}}) for _ in range(count)
    )
    answers = client.each(requests)
    assert {answer.status_code for answer in answers} == {201}
    return [answer.json()["sid"] for answer in answers]


def states(splunkd: Splunkd, user: str) -> list[str]:
    return sorted(job.state for job in splunkd.jobs.listed(user, admin=False))


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def scheduled(splunkd: Splunkd) -> Job:
    request = Request("| makeresults", "admin", "search", saved="s", scheduled=1.0)
    job, store = splunkd.make_job(fresh("sid"), request, TimeRange(), 0.0)
    splunkd.start_job(job, store)
    return job


def test_a_users_searches_stop_nobody(splunkd: Splunkd, as_user: As) -> None:
    """Role user: three at once (authorize.conf, srchJobsQuota = 3), power ten, but two are left."""
    started(as_user("mallory"), 100)
    started(as_user("peggy"), 100)
    until(lambda: states(splunkd, "mallory").count("RUNNING") == 3)
    until(lambda: states(splunkd, "peggy").count("RUNNING") == 5)
    assert scheduled(splunkd).finished.wait(120)
    splunkd.jobs.close()
    until(lambda: not threads())


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("job ")]


def test_a_paused_job_holds_no_slot(splunkd: Splunkd, as_user: As) -> None:
    peggy = as_user("peggy")
    for sid in started(peggy, 6):
        until(lambda sid=sid: splunkd.jobs.get(sid, "peggy", False).state == "RUNNING")  # type: ignore[misc]
        peggy.post(f"{JOBS}/{sid}/control", action="pause")
    later = started(peggy, 6)
    until(lambda: all(splunkd.jobs.get(sid, "peggy", False).state == "RUNNING" for sid in later))
    for sid in later:
        peggy("DELETE", f"{JOBS}/{sid}")
    splunkd.jobs.close()


def test_a_paused_job_goes_on_when_it_is_its_turn(splunkd: Splunkd, as_user: As) -> None:
    mallory = as_user("mallory")
    (sid,) = started(mallory, 1, "| makeresults count=600000 | stats count")
    job = splunkd.jobs.get(sid, "mallory", False)
    until(lambda: job.state == "RUNNING")
    mallory.post(f"{JOBS}/{sid}/control", action="pause")
    others = started(mallory, 3)
    until(lambda: states(splunkd, "mallory") == ["RUNNING"] * 4)
    mallory.post(f"{JOBS}/{sid}/control", action="unpause")
    assert not job.finished.wait(0.5)
    mallory("DELETE", f"{JOBS}/{others[0]}")
    assert job.finished.wait(120)
    assert job.results.rows == [{"count": 600_000}]
    splunkd.jobs.close()


def test_a_removed_job_is_seen_until_it_has_ended(splunkd: Splunkd, as_user: As) -> None:
    mallory = as_user("mallory")
    (sid,) = started(mallory, 1)
    job = splunkd.jobs.get(sid, "mallory", False)
    until(lambda: job.state == "RUNNING")
    held = threading.Event()
    job.context.should_continue = lambda: held.wait(30) and job.check()  # a step that takes long
    time.sleep(0.05)
    assert mallory("DELETE", f"{JOBS}/{sid}").status_code == 200
    assert mallory.get(f"{JOBS}/{sid}").status_code == 404
    assert [one.sid for one in splunkd.jobs.listed("mallory", False)] == [sid]
    held.set()
    assert job.settled.wait(120)
    assert splunkd.jobs.listed("mallory", False) == []


def finished_job(client: Client) -> str:
    """The sid of a job that has ended."""
    form = {"search": "| makeresults", "exec_mode": "blocking", "output_mode": "json"}
    return str(client.post(JOBS, **form).json()["sid"])


def test_jobs_that_have_ended_make_room_for_new_ones(
    splunkd: Splunkd, as_user: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Splunk refuses no search for jobs that are kept: dispatch_dir_warning_size only warns."""
    monkeypatch.setattr(jobs, "MOST_KEPT", 3)
    mallory = as_user("mallory")
    first, second, third = (finished_job(mallory) for _ in range(3))
    assert "jobs:mallory" not in splunkd.messages
    assert mallory.get(f"{JOBS}/{first}/results").status_code == 200  # so it is not the next
    assert mallory.post(f"{JOBS}/{third}/control", action="save").status_code == 200
    finished_job(mallory)
    assert mallory.get(f"{JOBS}/{second}/results").status_code == 404
    newest = {finished_job(mallory), finished_job(mallory)}
    kept = {job.sid for job in splunkd.jobs.listed("mallory", admin=False)}
    assert kept == {third, *newest}
    assert "more than 3 search jobs" in splunkd.messages["jobs:mallory"]["value"]
    finished_job(as_user("peggy"))
    assert {job.sid for job in splunkd.jobs.listed("mallory", admin=False)} == kept


def test_jobs_that_are_saved_make_no_room(as_user: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_KEPT", 1)
    mallory = as_user("mallory")
    sid = finished_job(mallory)
    assert mallory.post(f"{JOBS}/{sid}/control", action="save").status_code == 200
    assert mallory.post(JOBS, search="| makeresults").status_code == 503
    assert mallory("DELETE", f"{JOBS}/{sid}").status_code == 200
    assert mallory.post(JOBS, search="| makeresults").status_code == 201


def test_a_job_that_has_ended_holds_little(splunkd: Splunkd, as_user: As) -> None:
    """What makes the fields of events, which is half of it, is let go: 300 kB before."""
    text = render(event(4876), Style())
    origin = "ca01", "XmlWinEventLog:Security", "XmlWinEventLog", "main"
    splunkd.indexes.append([Event(text, 1773135015.0, *origin, 1773135015.0)])
    peggy = as_user("peggy")
    form = {"search": "search index=main | stats count by dest", "exec_mode": "blocking"}

    def run(many: int) -> int:
        for _ in range(many):
            assert peggy.post(JOBS, **form).status_code == 201
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = run(2)
        assert (run(8) - before) / 8 < 250_000
    finally:
        tracemalloc.stop()
    assert [job.result_count for job in splunkd.jobs.listed("peggy", admin=False)] == [1] * 10


def test_results_have_a_quota(splunkd: Splunkd, as_user: As) -> None:
    """Two jobs of 700,000 bytes each, where one megabyte is allowed."""
    splunkd.users.roles["user"].srchDiskQuota = 1
    mallory = as_user("mallory")
    large = '| makeresults count=7000 | eval a=printf("%98d", 1) | fields a | fields - _*'
    sids = []
    for _ in range(2):
        sids += started(mallory, 1, large)
        assert splunkd.jobs.get(sids[-1], "mallory", False).finished.wait(120)
    answer = mallory.post(JOBS, search="| makeresults")
    assert answer.status_code == 503
    assert "The maximum disk usage quota for this user has been reached" in answer.text
    assert scheduled(splunkd).finished.wait(120)
    mallory("DELETE", f"{JOBS}/{sids[0]}")
    assert mallory.post(JOBS, search="| makeresults").status_code == 201


def test_the_size_of_results() -> None:
    assert size_of([{"ab": "cde", "f": 12}]) == 2 + 3 + 1 + 2
    assert size_of([{"a": "b"}] * 123_456) == 246_912
    assert size_of([]) == 0


def test_commands_over_results_wait_for_their_turn(splunkd: Splunkd, as_user: As) -> None:
    """A dashboard on a slow machine asks for more than run at once: none of its panels fails."""
    slots, done = splunkd.slots_over_results, []

    def ask() -> None:
        with slots.taken("alice"):
            done.append(1)

    with ExitStack() as stack:
        for _ in range(overresults.MOST):
            stack.enter_context(slots.taken("alice"))
        threads = [threading.Thread(target=ask) for _ in range(overresults.MOST_WAITING)]
        for thread in threads:
            thread.start()
        assert not done
    for thread in threads:
        thread.join(120)
    assert len(done) == overresults.MOST_WAITING


def test_commands_over_results_are_limited(
    splunkd: Splunkd, as_user: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They run in the threads that answer everybody's requests."""
    monkeypatch.setattr(overresults, "SECONDS", 0.2)
    mallory = as_user("mallory")
    (sid,) = started(mallory, 1, "| makeresults count=1000 | streamstats count AS n")
    assert splunkd.jobs.get(sid, "mallory", False).finished.wait(120)
    many = "eval a=mvrange(0,1000) | mvexpand a | eval b=mvrange(0,1000) | mvexpand b | stats count"
    answer = mallory.get(f"{JOBS}/{sid}/results", search=many)
    assert (answer.status_code, "may take 0.2 seconds" in answer.text) == (400, True)
    with ExitStack() as stack:
        for _ in range(overresults.MOST):
            stack.enter_context(splunkd.slots_over_results.taken("mallory"))
        assert mallory.get(f"{JOBS}/{sid}/results", search="head 1").status_code == 503
        assert as_user("admin").get(f"{JOBS}/{sid}/results", search="head 1").status_code == 200
        monkeypatch.setattr(overresults, "MOST_WAITING", 0)
        answer = mallory.get(f"{JOBS}/{sid}/results", search="head 1")
        assert (answer.status_code, "At most 4 requests" in answer.text) == (503, True)
        monkeypatch.undo()
    assert mallory.get(f"{JOBS}/{sid}/results", search="head 1").status_code == 200
