"""Compares an answer with what a case of witnesses/rest.jsonl says that Splunk answered.

A case has `request` (method, path, query, form, json, body, headers, auth, port), `given` (requests
before it, whose answers it names parts of) and `expect`. A path into a JSON body is dotted; a
literal dot of a name has a backslash before it; `*` is every item of a list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx

MISSING = object()


def at(value: Any, path: str) -> Any:
    """What stands at a path; MISSING where nothing does."""
    parts = [part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", path) if part]
    for number, part in enumerate(parts):
        if part == "*":
            rest = ".".join(part.replace(".", "\\.") for part in parts[number + 1 :])
            return [at(item, rest) for item in value] if isinstance(value, list) else MISSING
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return MISSING
    return value


def kind(value: Any) -> str:
    """The type of a JSON value, as cases name it."""
    if value is MISSING:
        return "missing"
    return "null" if value is None else type(value).__name__


class Answer:
    """An answer, and what of it is not as a case expects."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.text = response.text
        try:
            self.json = json.loads(self.text)
        except ValueError:
            self.json = None

    def problems(self, expect: Mapping[str, Any]) -> Iterator[str]:
        """Each difference, in words."""
        if "status" in expect:
            wanted = expect["status"]
            if self._response.status_code not in (wanted if isinstance(wanted, list) else [wanted]):
                yield f"status {self._response.status_code}, not {wanted}"
        for name, check in _CHECKS.items():
            if name in expect:
                yield from check(self, expect[name])

    def _json(self, wanted: Any) -> Iterator[str]:
        if self.json != wanted:
            yield f"the body is {self.text[:300]}"

    def _has(self, wanted: Mapping[str, Any]) -> Iterator[str]:
        for path, value in wanted.items():
            found = at(self.json, path)
            if kind(found) != kind(value) or found != value:
                yield f"{path} is {found if found is not MISSING else 'missing'!r}, not {value!r}"

    def _absent(self, paths: list[str]) -> Iterator[str]:
        yield from (f"{path} is there" for path in paths if at(self.json, path) is not MISSING)

    def _types(self, wanted: Mapping[str, str]) -> Iterator[str]:
        for path, names in wanted.items():
            if kind(at(self.json, path)) not in names.split("|"):
                yield f"{path} is {kind(at(self.json, path))}, not {names}"

    def _keys(self, wanted: Mapping[str, list[str]]) -> Iterator[str]:
        for path, names in wanted.items():
            found = at(self.json, path)
            held = set(found) if isinstance(found, dict) else set()
            if missing := sorted(set(names) - held):
                yield f"{path or 'the body'} lacks {missing}"

    def _only_keys(self, wanted: Mapping[str, list[str]]) -> Iterator[str]:
        for path, names in wanted.items():
            found = at(self.json, path)
            if not isinstance(found, dict) or set(found) != set(names):
                yield f"{path or 'the body'} is {found!r:.300}, its keys not {names}"

    def _count(self, wanted: Mapping[str, int]) -> Iterator[str]:
        for path, count in wanted.items():
            found = at(self.json, path)
            if not isinstance(found, list | dict) or len(found) != count:
                yield f"{path} is {found!r:.300}, not {count} items"

    def _sorted(self, wanted: Mapping[str, str]) -> Iterator[str]:
        for path, order in wanted.items():
            found = at(self.json, path)
            if found != sorted(found, reverse=order == "desc"):
                yield f"{path} is {found}, not {order}"

    def _text(self, parts: list[str]) -> Iterator[str]:
        yield from (f"no {part!r} in {self.text[:300]}" for part in parts if part not in self.text)

    def _no_text(self, parts: list[str]) -> Iterator[str]:
        yield from (f"{part!r} is there" for part in parts if part in self.text)

    def _body(self, wanted: str) -> Iterator[str]:
        if self.text != wanted:
            yield f"the body is {self.text[:300]!r}"

    def _header(self, wanted: Mapping[str, str]) -> Iterator[str]:
        for name, part in wanted.items():
            found = self._response.headers.get(name)
            if found is None or part not in found:
                yield f"the header {name} is {found!r}, not {part!r}"

    def _no_header(self, names: list[str]) -> Iterator[str]:
        yield from (f"the header {n} is there" for n in names if n in self._response.headers)

    def _lines(self, wanted: list[Any]) -> Iterator[str]:
        found = [json.loads(line) for line in self.text.splitlines() if line.strip()]
        if found != wanted:
            yield f"the lines are {self.text[:300]}"


_CHECKS: dict[str, Callable[[Answer, Any], Iterator[str]]] = {
    name.removeprefix("_"): getattr(Answer, name)
    for name in (
        "_json",
        "_has",
        "_absent",
        "_types",
        "_keys",
        "_only_keys",
        "_count",
        "_sorted",
        "_text",
        "_no_text",
        "_body",
        "_header",
        "_no_header",
        "_lines",
    )
}
