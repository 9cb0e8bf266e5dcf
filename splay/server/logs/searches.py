"""What is logged of a search: that it began, how it ended, and of a scheduled one its run."""

from __future__ import annotations

from splay.server.jobs.job import Job
from splay.server.logs.log import Log

_MOST = 10_000  # characters of a search


def search_began(log: Log, job: Job) -> None:
    """A search was let run."""
    log.audit({**_common(job), "info": "granted", "search": job.request.search[:_MOST]})


def search_ended(log: Log, job: Job) -> None:
    """A search is over, whatever it came to."""
    info = "canceled" if job.cancelled else "completed" if job.state == "DONE" else "failed"
    log.audit(
        {
            **_common(job),
            "info": info,
            "total_run_time": f"{job.seconds:.2f}",
            "event_count": str(job.tap.count),
            "result_count": str(job.result_count),
            "scan_count": str(job.report.events),
            "savedsearch_name": job.request.saved,
            "search": job.request.search[:_MOST],
        }
    )
    if info == "failed":
        said = "; ".join(
            text.partition("\n")[0] for level, text in job.messages if level == "FATAL"
        )
        log.say("ERROR", "SearchProcess", f"sid={job.sid} {said}")
    if job.request.scheduled is not None:
        _run(log, job, info)


def _common(job: Job) -> dict[str, str]:
    return {
        "user": job.request.user,
        "action": "search",
        "search_id": job.sid,
        "app": job.request.app,
    }


def _run(log: Log, job: Job, info: str) -> None:
    request = job.request
    done = info == "completed"
    log.scheduled(
        "INFO" if done else "ERROR",
        {
            "savedsearch_id": f"{request.owner};{request.app};{request.saved}",
            "search_type": "scheduled",
            "user": request.user,
            "app": request.app,
            "savedsearch_name": request.saved,
            "status": "success" if done else "failed",
            "scheduled_time": str(int(request.scheduled or 0)),
            "dispatch_time": str(int(job.started or 0)),
            "run_time": f"{job.seconds:.3f}",
            "result_count": str(job.result_count),
            "sid": job.sid,
        },
    )
