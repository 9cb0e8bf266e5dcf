"""xpath: what an XPath expression finds in XML. Source: Search Reference, "xpath".

The text may have several outermost elements. As documented, nothing is found where it has a
prologue such as <?xml ...?> or a DOCTYPE. An element gives its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from lxml import etree

from splay.commands.operation import Context, Kind, Operation
from splay.eval.value import from_list
from splay.knowledge.pairs import texts
from splay.rows import Demand, Row, Scalar
from splay.spl.args import Args, Word


class Xpath(Operation):
    """default: what is written where nothing is found; None: nothing is."""

    kind = Kind.STREAMING

    def __init__(self, path: etree.XPath, source: str, output: str, default: str | None) -> None:
        self._path = path
        self._source = source
        self._output = output
        self._default = default

    @classmethod
    def parse(cls, args: Args) -> Self:
        given: dict[str, Word] = {}
        text: Word | None = None
        while not args.done():
            option = args.option("field", "outfield", "default")
            if option is not None:
                given[option[0]] = option[1]
            elif text is not None:
                args.end()
            else:
                text = args.word("an XPath expression in double quotes")
        if text is None:
            raise args.error("the XPath expression is missing", hint='Write such as "//a/@b"')
        try:
            path = etree.XPath(text.text)
        except (etree.XPathError, ValueError) as error:  # ValueError: a control character
            message = f"{text.text!r} is not an XPath expression: {error}"
            raise args.error(message, at=text.at, hint='Write one such as "//a/@b"') from error
        names = {"field": "_raw", "outfield": "xpath"}
        names |= {name: word.text for name, word in given.items()}
        return cls(path, names["field"], names["outfield"], names.get("default"))

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            found = [value for text in texts(row, self._source) for value in self._found(text)]
            value = from_list(found) or self._default
            if value is not None:
                row[self._output] = value
            yield row

    def _found(self, text: str) -> list[Scalar]:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        try:
            root = etree.fromstring(f"<document>{text}</document>".encode(), parser)
        except (etree.XMLSyntaxError, ValueError):
            return []
        found = self._path(root)
        items = found if isinstance(found, list) else [found]
        shown = (item.text if isinstance(item, etree._Element) else str(item) for item in items)
        return [item for item in shown if item]

    def demand(self, after: Demand) -> Demand:
        return after.plus([self._source])

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if before is None else list(dict.fromkeys([*before, self._output]))


COMMAND = Xpath
