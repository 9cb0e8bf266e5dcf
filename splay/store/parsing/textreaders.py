"""Who reads text that is no Windows event: what props.conf says of its source decides."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from splay.store.parsing.datedlines import DatedReader
from splay.store.parsing.eventmaker import UNKNOWN_HOST, FileFacts, InputSettings, Reading
from splay.store.parsing.lines import LineEventMaker, LineReader
from splay.store.parsing.propsreader import PropsReader
from splay.store.parsing.rules import ParsingRules

TextReader: TypeAlias = "LineReader | DatedReader | PropsReader"


def settled(settings: InputSettings, facts: FileFacts) -> tuple[InputSettings, ParsingRules]:
    """The settings of an input with the sourcetype that props.conf gives it, and its rules."""
    index_time = settings.index_time
    if index_time is None:
        return settings, ParsingRules()
    source = facts.name if settings.source is None else settings.source
    if settings.sourcetype is None:
        named = index_time.sourcetype(source, "")
        settings = replace(settings, sourcetype=named) if named else settings
    host = UNKNOWN_HOST if settings.host is None else settings.host
    sourcetype = facts.stem if settings.sourcetype is None else settings.sourcetype
    return settings, index_time.rules(source, host, sourcetype)


def text_reader(reading: Reading, rules: ParsingRules) -> TextReader:
    """The reader for a source's text under these rules. What they do not follow is told."""
    for problem in rules.problems:
        reading.problems.add(problem)
    if not rules.plain:
        return PropsReader(reading, rules)
    maker = LineEventMaker(reading, rules)
    if rules.lines.each_line:
        return LineReader(maker)
    return DatedReader(maker, rules.lines.max_events)


def decoded(blocks: Iterator[bytes], charset: str) -> Iterator[bytes]:
    """Blocks of text in an encoding (CHARSET) as UTF-8; "" leaves them as they are."""
    if not charset:
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(charset)("replace")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8")
    yield decoder.decode(b"", True).encode("utf-8")
