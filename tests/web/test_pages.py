"""Which views the pages show, which they refuse and why, and what they tell the renderer.

Source: Dashboard Studio manual, "What is a dashboard definition?"; Developing Views and Apps for
Splunk Web, "Add navigation to a Splunk app".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from splay.errors import ConfError, DataError
from splay.server.splunkd import Splunkd
from splay.web import bundle
from splay.web.views import first_view, read_nav, read_views
from tests.server.running import refused
from tests.web.conftest import PASSWORD, Visitor

VIEW = '<dashboard version="2"><label>L</label><definition><![CDATA[{}]]></definition></dashboard>'


def told(page: str) -> dict[str, Any]:
    """What a page tells the renderer."""
    found = re.search(r'<script type="application/json" id="splay-page">(.*?)</script>', page)
    assert found
    made: dict[str, Any] = json.loads(found[1])
    return made


# ---- pages ----


def test_the_list_of_views(visitor: Visitor) -> None:
    page = visitor.get("/en-US/").text
    assert "Dashboards to try" in page
    for name, label in (("every_part", "Every part"), ("dark", "A dark view")):
        assert f'<a class="name" href="/en-US/app/dashboards/{name}">{label}</a>' in page
    assert "A classic view" in page
    assert 'href="/en-US/app/dashboards/classic"' not in page


def test_the_navigation(visitor: Visitor) -> None:
    page = visitor.get("/en-US/app/dashboards/dark").text
    bar = page[: page.index("</header>")]
    links = re.findall(r'href="/en-US/app/dashboards/(\w+)"', bar)
    assert links == ["every_part", "dark", "classic", "search"]
    assert "<summary>More</summary>" in bar
    assert re.findall(r'(\w+)" aria-current="page"', bar) == ["dark"]
    assert "https://example.com" not in bar  # a page of splay leads nowhere else


def test_an_app_opens_with_its_default_view(visitor: Visitor) -> None:
    answer = visitor.get("/en-US/app/dashboards")
    assert answer.headers["location"] == "/en-US/app/dashboards/every_part"
    assert visitor.get("/app/dashboards/dark?a=b").headers["location"] == (
        "/en-US/app/dashboards/dark?a=b"
    )


def test_what_the_renderer_is_told(visitor: Visitor) -> None:
    answer = visitor.get("/en-US/app/dashboards/dark")
    found = told(answer.text)
    assert (found["app"], found["user"], found["port"]) == ("dashboards", "admin", 8000)
    assert (found["view"], found["theme"]) == ("dark", "dark")
    assert found["definition"]["visualizations"]["count"]["type"] == "splunk.singlevalue"
    assert f"'nonce-{found['nonce']}'" in answer.headers["content-security-policy"]
    again = told(visitor.get("/en-US/app/dashboards/dark").text)
    assert again["nonce"] != found["nonce"]


def test_a_classic_view_is_refused(visitor: Visitor) -> None:
    answer = visitor.get("/en-US/app/dashboards/classic")
    assert answer.status_code == 501
    assert "classic.xml, line 1: this is a Simple XML view." in answer.text
    assert "splay-page" not in answer.text


@pytest.mark.parametrize("path", ["none/every_part", "dashboards/none", "dashboards/..%2Fdark"])
def test_what_there_is_not(visitor: Visitor, path: str) -> None:
    answer = visitor.get(f"/en-US/app/{path}")
    assert answer.status_code == 404
    assert re.search("There is no app none|has no view none|nothing at /en-US/app/", answer.text)


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fapp.py", "%2Fetc%2Fpasswd"])
def test_files_that_are_not_of_the_bundle(
    visitor: Visitor, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "BUNDLE", tmp_path)
    (tmp_path / "dashboard.js").write_text("made")
    assert visitor.get("/en-US/static/dashboard.js").text == "made"
    assert visitor.get(f"/en-US/static/{name}").status_code == 404


def test_a_change_of_a_view_is_seen(views: Callable[..., Path]) -> None:
    folder = views(x=VIEW)
    with closing(Splunkd([folder], None, "admin", PASSWORD, "")) as splunkd:
        visitor = Visitor(splunkd)
        visitor.log_in()
        path = f"/en-US/app/{folder.name}/x"
        assert "<h1>L</h1>" in visitor.get(path).text
        views(x=VIEW.replace(">L<", ">Changed<"))
        assert "<h1>Changed</h1>" in visitor.get(path).text


# ---- the page of a search ----


def test_a_search(visitor: Visitor) -> None:
    query = {"q": "index=main | stats count", "earliest": "-7d", "latest": "now"}
    found = told(visitor.get("/en-US/app/dashboards/search", params=query).text)
    source = found["definition"]["dataSources"]["results"]["options"]
    assert source["query"] == "index=main | stats count"
    assert source["queryParameters"] == {"earliest": "-7d", "latest": "now"}
    assert found["definition"]["visualizations"]["results"]["type"] == "splunk.table"
    found = told(visitor.get("/en-US/app/dashboards/search?q=index%3Dmain").text)
    assert found["definition"]["visualizations"]["results"]["type"] == "splunk.events"


def test_the_results_of_a_search_fill_the_page(visitor: Visitor) -> None:
    """Dashboard Studio, "Dashboard definition": a panel is one that the layout's structure names,
    with its place; a dollar sign that begins no token is written twice."""
    query = {"q": '| makeresults | eval a=replace("b", "b$", "c")'}
    made = told(visitor.get("/en-US/app/dashboards/search", params=query).text)["definition"]
    assert made["layout"]["type"] == "grid"
    [panel] = made["layout"]["structure"]
    place = panel["position"]
    assert (panel["item"], panel["type"]) == ("results", "block")
    assert (place["x"], place["y"], place["w"]) == (0, 0, made["layout"]["options"]["width"])
    assert place["h"] == 800
    shown = made["visualizations"]["results"]
    assert shown["dataSources"] == {"primary": "results"}
    assert shown["options"] == {"count": 50}
    source = made["dataSources"]["results"]
    assert source["type"] == "ds.search"
    assert source["options"]["query"] == query["q"].replace("b$", "b$$")
    assert source["options"]["queryParameters"] == {"earliest": "-24h@h", "latest": "now"}
    assert (made["title"], made["inputs"], made["layout"]["globalInputs"]) == ("", {}, [])


@pytest.mark.parametrize("command", ["collect index=main", "delete", "outputcsv x.csv"])
def test_every_command_that_writes_is_refused(visitor: Visitor, command: str) -> None:
    """Those that no search without a server's indexes can have are refused by its plan already."""
    query = {"q": f"index=main | {command}"}
    answer = visitor.get("/en-US/app/dashboards/search", params=query)
    assert answer.status_code == 400
    assert command.partition(" ")[0] in answer.text


@pytest.mark.parametrize(
    ("search", "problem"),
    [
        ("| makeresults | outputlookup x.csv", "outputlookup writes"),
        ("index=main | append [| makeresults | outputlookup x.csv]", "outputlookup writes"),
        ("index=main | statz count", "the command statz is not supported"),
    ],
)
def test_a_search_that_is_refused(visitor: Visitor, search: str, problem: str) -> None:
    answer = visitor.get("/en-US/app/dashboards/search", params={"q": search})
    assert answer.status_code == 400
    assert problem in answer.text
    assert "splay-page" not in answer.text


def test_what_a_page_tells_cannot_end_its_element(visitor: Visitor) -> None:
    query = {"q": 'search "</script><script>alert(1)</script><!--"'}
    answer = visitor.get("/en-US/app/dashboards/search", params=query)
    assert "<script>alert" not in answer.text
    found = told(answer.text)
    assert found["definition"]["dataSources"]["results"]["options"]["query"] == query["q"]


# ---- files of views ----


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<dashboard", "x.xml: not well-formed XML: "),
        ("", "x.xml: not well-formed XML: "),
        ('<view template="x.html"/>', "x.xml, line 1: this is a Simple XML view"),
        ('<form version="1.1"/>', "x.xml, line 1: this is a Simple XML view"),
        ('<dashboard version="2"/>', "x.xml, line 1: there is no <definition>"),
        (
            '<dashboard version="2">\n<definition>{\n"a": 1,,\n}</definition></dashboard>',
            "x.xml, line 3: the definition is not JSON: ",
        ),
        (
            '<dashboard version="2"><definition>[]</definition></dashboard>',
            "x.xml, line 1: the definition is not a JSON object",
        ),
        (VIEW.replace('"2"', '"2" theme="blue"'), "x.xml, line 1: theme='blue' is neither"),
        (
            '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname">]>\n'
            '<dashboard version="2"><definition>&e;</definition></dashboard>',
            "x.xml, line 2: the definition is not JSON: ",
        ),
    ],
)
def test_a_view_that_cannot_be_shown(views: Callable[..., Path], text: str, problem: str) -> None:
    found = read_views([views(x=text, y=VIEW)])
    assert found["x"].problem.startswith(problem)
    assert found["y"].problem == ""


def test_local_wins_over_default(views: Callable[..., Path]) -> None:
    folder = views(x=VIEW)
    local = folder / "local" / "data" / "ui" / "views"
    local.mkdir(parents=True)
    (local / "x.xml").write_text(VIEW.replace(">L<", ">Changed<"))
    assert read_views([folder])["x"].label == "Changed"


@pytest.mark.parametrize(
    ("nav", "labels", "first"),
    [
        ("", ["L", "L"], "x"),
        ('<nav><view name="y"/><view name="x" default="true"/></nav>', ["L", "L"], "x"),
        ('<nav><view name="search"/><view name="reports"/></nav>', ["Search"], "search"),
        (
            '<nav><view name="y"/><collection label="R"><view source="unclassified"/>'
            '<saved name="s"/><divider/></collection></nav>',
            ["L", "R"],
            "y",
        ),
        ('<nav><view source="all" match="X"/></nav>', ["L"], "x"),
    ],
)
def test_navigations(views: Callable[..., Path], nav: str, labels: list[str], first: str) -> None:
    folder = views(nav, x=VIEW, y=VIEW)
    found = read_nav([folder], read_views([folder]))
    assert [link.label for link in found] == labels
    assert first_view(found) == first


@pytest.mark.parametrize(
    ("nav", "problem"),
    [
        ('<nav>\n<view name="z"/></nav>', "default.xml, line 2: there is no view 'z'"),
        ("<nav><menu/></nav>", "default.xml, line 1: <menu> is not supported in a navigation"),
        ("<nav>", "default.xml: not well-formed XML"),
    ],
)
def test_a_navigation_that_is_wrong(views: Callable[..., Path], nav: str, problem: str) -> None:
    folder = views(nav, x=VIEW)
    with pytest.raises(ConfError, match=re.escape(problem)):
        read_nav([folder], read_views([folder]))


# ---- starting ----


def test_without_the_bundle_it_says_how_to_make_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "BUNDLE", tmp_path / "none")
    with pytest.raises(DataError, match=r"Run `make renderer`.*Node\.js 20"):
        bundle.check_bundle()


def test_dashboards_are_for_this_machine_alone() -> None:
    text = refused("--dashboards", "--host", "0.0.0.0")
    assert "dashboards are served on loopback only, not on 0.0.0.0. Leave out --host" in text
