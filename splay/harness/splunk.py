"""A Splunk to test against, whichever it is: where it is, and what the tests ask of it.

Everything goes through splunk-sdk and the HTTP Event Collector, so that the same lines drive splay,
a container and an existing Splunk.
"""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass
from typing import Any

import splunklib.client as client
from splunklib.binding import handler
from splunklib.results import JSONResultsReader

from splay.counting import counted
from splay.errors import SplayError

Result = dict[str, str | list[str]]


class HarnessError(SplayError):
    """The Splunk that was asked for cannot be had, or does not do what a Splunk does."""


@dataclass(frozen=True)
class Splunk:
    """Addresses and credentials.

    app: in whose context searches run. verify: whether its certificates are checked.
    """

    host: str
    port: int
    user: str
    password: str
    hec_port: int
    hec_token: str
    scheme: str = "https"
    hec_scheme: str = "https"
    verify: bool = False
    app: str = "search"

    def service(self, seconds: float = 600) -> Any:
        """A new session of the user in the app. Raises what splunk-sdk raises.

        seconds: how long it waits for an answer.
        """
        return client.connect(
            handler=handler(timeout=seconds, verify=self.verify),
            host=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            scheme=self.scheme,
            owner="nobody",
            app=self.app,
            autologin=True,
        )

    def send(self, raw: str, *, host: str, source: str, sourcetype: str) -> None:
        """Indexes one event, its time taken from its text, and waits until it is acknowledged.

        Raises HarnessError when it is refused or never acknowledged.
        """
        channel = str(uuid.uuid4())
        origin = urllib.parse.urlencode({"host": host, "source": source, "sourcetype": sourcetype})
        answer = self._collector(f"/services/collector/raw?{origin}", raw.encode(), channel)
        if answer.get("code") != 0:
            raise HarnessError(f"the event collector refused an event: {answer}")
        if "ackId" in answer:
            self._wait_for_ack(int(answer["ackId"]), channel)

    def _wait_for_ack(self, number: int, channel: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            asked = json.dumps({"acks": [number]}).encode()
            answer = self._collector("/services/collector/ack", asked, channel)
            if answer.get("acks", {}).get(str(number)):
                return
            time.sleep(0.2)
        raise HarnessError(f"the event was not acknowledged in {seconds:g} s")

    def _collector(self, path: str, body: bytes, channel: str) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.hec_scheme}://{self.host}:{self.hec_port}{path}",
            data=body,
            headers={
                "Authorization": f"Splunk {self.hec_token}",
                "Content-Type": "application/json",
                "X-Splunk-Request-Channel": channel,
            },
        )
        try:
            tls = self._tls()
            opened = urllib.request.urlopen(request, timeout=30, context=tls)  # nosec B310 # http(s)
            with opened as response:
                answer: dict[str, Any] = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            return {"code": error.code, "text": error.read().decode("utf-8", "replace")}
        except (OSError, ValueError) as error:
            raise HarnessError(f"the event collector does not answer: {error}") from error

    def health(self, seconds: float = 30) -> str:
        """What is wrong with the event collector; "" when it is healthy."""
        url = f"{self.hec_scheme}://{self.host}:{self.hec_port}/services/collector/health"
        try:
            tls = self._tls()
            opened = urllib.request.urlopen(url, timeout=seconds, context=tls)  # nosec B310 # http(s)
            with opened as response:
                return "" if response.status == 200 else f"status {response.status}"
        except OSError as error:
            return str(error)

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def wait_until_searchable(self, marker: str, count: int, seconds: float = 60) -> None:
        """Waits until that many events with the word in their text are found over all time."""
        service = self.service()
        deadline = time.monotonic() + seconds
        found = 0
        while time.monotonic() < deadline:
            rows = search(service, f'search index=* "{marker}" | stats count')
            found = int(str(rows[0]["count"])) if rows else 0
            if found >= count:
                return
            time.sleep(0.5)
        wanted = counted(count, "event")
        raise HarnessError(f"{found} of {wanted} could be found after {seconds:g} s")

    def remove(self, marker: str) -> None:
        """Deletes the events with the word in their text, where the user may delete."""
        service = self.service()
        capabilities = service.users[self.user].content.get("capabilities") or []
        if "delete_by_keyword" in capabilities:
            search(service, f'search index=* "{marker}" | delete')


def search(service: Any, spl: str) -> list[Result]:
    """The results of a search over all time. HarnessError: the search failed."""
    job = service.jobs.create(spl, exec_mode="blocking", earliest_time="0", latest_time="now")
    return job_results(job)


def dispatch(service: Any, name: str, seconds: float = 120) -> Any:
    """Dispatches a saved search over all time and waits for its job, which is returned."""
    saved = service.saved_searches[name]
    all_time = {"earliest_time": "0", "latest_time": "+1d"}
    all_time |= {"index_earliest": "0", "index_latest": "+1d"}
    job = saved.dispatch(
        **{f"dispatch.{name}": value for name, value in all_time.items()}, trigger_actions="0"
    )
    deadline = time.monotonic() + seconds
    while not job.is_done():
        if time.monotonic() > deadline:
            raise HarnessError(f"the job {job.sid} of {name!r} is not done after {seconds:g} s")
        time.sleep(0.1)
    return job


def job_results(job: Any) -> list[Result]:
    """All results of a finished job. HarnessError with its messages when it failed."""
    job.refresh()
    if job["dispatchState"] == "FAILED":
        raise HarnessError(f"the job {job.sid} failed: {job['messages']}")
    reader = JSONResultsReader(job.results(output_mode="json", count=0))
    return [row for row in reader if isinstance(row, dict)]
