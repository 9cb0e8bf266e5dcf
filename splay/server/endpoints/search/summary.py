"""What a job's events are like: their fields (summary) and their distribution (timeline).

Source: REST API Reference, "search/jobs/{search_id}/summary" and ".../timeline".
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from fnmatch import translate
from statistics import fmean, pstdev
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from starlette.responses import Response

from splay.eval.times.timefmt import iso
from splay.eval.value import as_list, text_number, to_text
from splay.rows import Value
from splay.server.errors import RestError
from splay.server.jobs.found import Found
from splay.server.jobs.job import Job
from splay.server.rest.request import JSON_TYPE, XML_TYPE, Call

_SPANS = (0.001, 0.01, 0.1, 1, 60, 3600, 86400, 86400 * 30, 86400 * 365)  # seconds
_MOST_BUCKETS = 10_000
_AT_ONCE = 1000  # events
_FIRST, _LAST = -62e9, 253e9
"""Of a timeline, seconds: within the years 5 to 9987, so that the ends of a span are dates, too."""
_HEAD = "<?xml version='1.0' encoding='UTF-8'?>\n"


def timeline_response(call: Call, job: Job) -> Response:
    """How many events lie in each span of time; splunkd needs status_buckets for it."""
    call.params.refuse_others(("time_format", "output_time_format"))
    moments = [moment for moment in job.events().times() if _FIRST < moment < _LAST]
    most = min(job.request.status_buckets, _MOST_BUCKETS)
    buckets = _buckets(moments, most, job.context.tz) if most else []
    total = sum(bucket["total_count"] for bucket in buckets)
    if call.json:
        body = {"cursor_time": 0, "event_count": total, "buckets": buckets}
        return Response(json.dumps(body), 200, None, JSON_TYPE)
    lines = "".join(
        f"<bucket c='{b['total_count']}' a='{b['available_count']}' t='{b['earliest_time']}' "
        f"d='{b['duration']}' f='1' etz='{b['earliest_time_offset']}' "
        f"ltz='{b['latest_time_offset']}'>{b['earliest_strftime']}</bucket>\n"
        for b in buckets
    )
    body_text = f"{_HEAD}<timeline c='{total}' cursor='0'>\n{lines}</timeline>\n"
    return Response(body_text, 200, None, XML_TYPE)


def _buckets(moments: Sequence[float], most: int, tz: tzinfo) -> list[dict[str, Any]]:
    """Every span from the first event to the last, in the finest unit that gives few enough."""
    if not moments:
        return []
    first, last = min(moments), max(moments)
    span = next((s for s in _SPANS if (last // s) - (first // s) < most), _SPANS[-1])
    exact = Decimal(repr(span))  # a hundredth of a second is no double
    counts = Counter(math.floor(Decimal(repr(moment)) / exact) for moment in moments)
    numbers = _numbers(counts)
    return [_bucket(float(number * exact), span, counts[number], tz) for number in numbers]


def _numbers(counts: Counter[int]) -> range:
    return range(min(counts), max(counts) + 1)


def _bucket(start: float, span: float, count: int, tz: tzinfo) -> dict[str, Any]:
    start = round(start, 3)
    begin = datetime.fromtimestamp(start, tz)
    end = datetime.fromtimestamp(start + span, tz)
    return {
        "earliest_time": start,
        "earliest_time_offset": int(_offset(begin)),
        "latest_time_offset": int(_offset(end)),
        "earliest_strftime": begin.isoformat(timespec="milliseconds"),
        "duration": span,
        "total_count": count,
        "available_count": count,
        "is_finalized": True,
    }


def _offset(moment: datetime) -> float:
    return moment.utcoffset().total_seconds() if moment.utcoffset() else 0.0  # type: ignore[union-attr]


def summary_response(call: Call, job: Job) -> Response:
    """The fields of the events: in how many they are, which values they have."""
    params = call.params
    params.refuse_others(
        ("f", "top_count", "min_freq", "output_time_format", "time_format", "search")
    )
    if params.get("search"):
        raise RestError(400, 'Argument "search" is not supported by this handler.')
    events = job.events()
    wanted = [name for text in params.all("f") for name in text.split(",")]
    least = _frequency(params.get("min_freq")) * len(events)
    top = params.number("top_count", 10)
    fields = {
        name: values.summary(top)
        for name, values in sorted(_values(events).items())
        if not wanted or any(re.fullmatch(translate(w), name) for w in wanted)
        if values.events >= least
    }
    if call.json:
        times = {"earliest_time": _time(job.context.earliest), "latest_time": _latest(job)}
        body = {**times, "duration": round(job.seconds, 3), "event_count": len(events)}
        return Response(json.dumps({**body, "fields": fields}), 200, None, JSON_TYPE)
    return Response(_summary_xml(job, len(events), fields), 200, None, XML_TYPE)


def _frequency(text: str) -> float:
    """The argument `min_freq`: a part of the events, from 0 to 1."""
    number = text_number(text) if text else 0
    if number is None or not 0 <= number <= 1:
        raise RestError(400, f'Invalid value "{text}" for the argument "min_freq": 0 to 1.')
    return float(number)


def _time(moment: float | None) -> str:
    return iso(moment or 0.0, UTC)


def _latest(job: Job) -> str:
    return _time(job.context.now if job.context.latest is None else job.context.latest)


class _Values:
    """The values of one field. events: how many have it."""

    def __init__(self) -> None:
        self.events = 0
        self._counts: Counter[str] = Counter()

    def add(self, value: Value) -> None:
        """Those of an event."""
        self.events += 1
        self._counts.update(map(to_text, as_list(value)))

    def summary(self, top: int) -> dict[str, Any]:
        """What there is to say of them."""
        counts = self._counts
        numbers = [
            number
            for text, count in counts.items()
            if (number := text_number(text)) is not None
            for _ in range(count)
        ]
        modes = [
            {"value": value, "count": count, "is_exact": True}
            for value, count in counts.most_common(max(top, 0))
        ]
        found: dict[str, Any] = {
            "count": self.events,
            "numeric_count": len(numbers),
            "distinct_count": len(counts),
            "is_exact": True,
            "modes": modes,
        }
        if numbers:
            found["min"], found["max"] = min(numbers), max(numbers)
            found["mean"], found["stdev"] = fmean(numbers), pstdev(numbers)
        return found


def _values(events: Found) -> dict[str, _Values]:
    """By field; few events are held at once."""
    values: defaultdict[str, _Values] = defaultdict(_Values)
    for first in range(0, len(events), _AT_ONCE):
        for row in events.page(slice(first, first + _AT_ONCE)).rows:
            for name, value in row.items():
                values[name].add(value)
    return values


def _summary_xml(job: Job, count: int, fields: dict[str, dict[str, Any]]) -> str:
    lines = [
        f"{_HEAD}<results preview='0'>\n",
        f"<summary earliest_time={quoteattr(_time(job.context.earliest))} "
        f"latest_time={quoteattr(_latest(job))} duration='{job.seconds:.3f}' c='{count}'>\n",
    ]
    for name, found in fields.items():
        lines.append(
            f"  <field k={quoteattr(name)} c='{found['count']}' nc='{found['numeric_count']}' "
            f"dc='{found['distinct_count']}' exact='1'>\n"
        )
        for key in ("min", "max", "mean", "stdev"):
            if key in found:
                lines.append(f"    <{key}>{found[key]}</{key}>\n")
        lines.append("    <modes>\n")
        lines += [
            f"      <value c='{mode['count']}' exact='1'>"
            f"<text>{escape(mode['value'])}</text></value>\n"
            for mode in found["modes"]
        ]
        lines.append("    </modes>\n  </field>\n")
    return "".join([*lines, "</summary>\n</results>\n"])
