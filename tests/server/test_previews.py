"""results_preview while a search runs. Source: REST API Reference, "results_preview"."""

from __future__ import annotations

import time

from tests.server.running import Server


def test_the_first_results_while_it_runs(server: Server) -> None:
    jobs = "/services/search/jobs"
    mode = {"output_mode": "json"}
    with server.http() as http:
        search = "| makeresults count=20000000 | streamstats count AS n | fields n"
        sid = http.post(jobs, data={"search": search, **mode}).json()["sid"]
        until = time.monotonic() + 30
        answer = http.get(f"{jobs}/{sid}/results_preview", params={**mode, "count": "2"})
        while answer.status_code == 204 and time.monotonic() < until:
            time.sleep(0.1)
            answer = http.get(f"{jobs}/{sid}/results_preview", params={**mode, "count": "2"})
        assert answer.json()["preview"] is True
        assert [row["n"] for row in answer.json()["results"]] == ["1", "2"]
        assert http.get(f"{jobs}/{sid}/results", params=mode).status_code == 204
        http.post(f"{jobs}/{sid}/control", data={"action": "disablepreview"})
        assert http.get(f"{jobs}/{sid}/results_preview", params=mode).status_code == 204
        http.post(f"{jobs}/{sid}/control", data={"action": "cancel"})


def test_none_of_a_table_before_its_end(server: Server) -> None:
    jobs = "/services/search/jobs"
    mode = {"output_mode": "json"}
    with server.http() as http:
        search = "| makeresults count=20000000 | stats count"
        sid = http.post(jobs, data={"search": search, **mode}).json()["sid"]
        time.sleep(0.5)
        assert http.get(f"{jobs}/{sid}/results_preview", params=mode).status_code == 204
        http.post(f"{jobs}/{sid}/control", data={"action": "cancel"})
