"""Results of a job that are events, whose fields are made when somebody looks."""

from __future__ import annotations

from splay.server.jobs.job import Request
from splay.server.jobs.timerange import TimeRange
from splay.server.splunkd import Splunkd
from splay.store.event import Event


def test_they_outlive_their_bucket(splunkd: Splunkd) -> None:
    """Splunk keeps them in the job's own folder: what is retired later is still shown."""
    splunkd.indexes.append([Event(f"n={n}", float(n), "h", "s", "t") for n in range(5)])
    main = splunkd.indexes.get("main")
    main.roll()
    job, store = splunkd.make_job("1", Request("search index=main", "admin", "search"), TimeRange())
    job.run(store)
    assert job.state == "DONE", job.messages
    main.freeze(1e9, 0, 0)
    assert main.count() == 0
    rows = job.found.page(slice(1, 3)).rows
    assert [(row["_raw"], row["n"]) for row in rows] == [("n=3", "3"), ("n=2", "2")]
    assert len(job.events()) == 5
