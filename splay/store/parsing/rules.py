"""All that props.conf says of the text of one source, before it is indexed."""

from __future__ import annotations

from dataclasses import dataclass, field

from splay.store.parsing.linebreaking import LineRules
from splay.store.parsing.structured import StructuredRules
from splay.store.parsing.timestamps import TimeRules


@dataclass(frozen=True)
class ParsingRules:
    """rewrites: whether events are changed. problems: settings that are not followed."""

    lines: LineRules = field(default_factory=LineRules)
    times: TimeRules = field(default_factory=TimeRules)
    charset: str = ""
    binary: bool = False  # NO_BINARY_CHECK
    structured: StructuredRules | None = None
    rewrites: bool = False
    problems: tuple[str, ...] = ()

    @property
    def own_form(self) -> bool:
        """Whether the settings say where events end, whatever the text looks like."""
        return self.structured is not None or self.lines.breaker is not None

    @property
    def plain(self) -> bool:
        """Whether lines can be read as they stand, each by itself or put together by their dates,
        and looked into only where they hold what a search looks for."""
        usual = self.lines.each_line or (self.lines.by_date and self.times.automatic)
        steady = self.times.secs_ago is None and self.times.secs_hence is None
        own = self.lines.breaker is None and self.structured is None and not self.rewrites
        return usual and steady and own and not self.charset
