"""What props.conf and transforms.conf say of events before they are indexed, for every input.

A set of rules holds for a source, host and sourcetype as an input names them. Windows events that
are recognised keep their own lines and times; of these rules they take only the changes.
Source: Admin Manual, props.conf ("Index-time settings"); Getting Data In, "How timestamp assignment
works", "Configure event line breaking", "Override source types on a per-event basis".
"""

from __future__ import annotations

from functools import cached_property, lru_cache

from splay.conf.files import Conf, Stanza
from splay.conf.props import Props, Spec
from splay.errors import SplError
from splay.store.parsing import settings as read
from splay.store.parsing.ingesteval import read_ingest_eval, read_stop
from splay.store.parsing.rewriting import Change, RegexChange, Rewriter, Say, SedChange
from splay.store.parsing.rules import ParsingRules
from splay.store.parsing.settings import Settings
from splay.transforms.patterns import compile_regex, group_pairs
from splay.transforms.sed import read_sed

_ROUTING = ("_TCP_ROUTING", "_SYSLOG_ROUTING", "_HTTPOUT_ROUTING", "_INDEX_AND_FORWARD_ROUTING")
_REWRITES = ("SEDCMD", "TRANSFORMS")


class IndexTime:
    """props.conf and transforms.conf, asked for the rules of a source."""

    def __init__(self, props: Conf, transforms: Conf, now: float = 0.0) -> None:
        self._confs = (props, transforms)
        self._now = now
        self._props = Props(props)
        self._transforms = transforms
        self._rules = lru_cache(maxsize=1024)(self._read_rules)
        self._changes = lru_cache(maxsize=4096)(self._read_changes)
        self._said: dict[str, None] = {}
        self.rewriter = Rewriter(self._changes)

    def __reduce__(self) -> tuple[type[IndexTime], tuple[Conf, Conf, float]]:
        return IndexTime, (*self._confs, self._now)

    def sourcetype(self, source: str, otherwise: str) -> str:
        """The sourcetype of an input that names none: what a [source::...] stanza says."""
        merged = self._props.merged(self._props.specs(source, "", ""))
        return merged.settings.get("sourcetype", "").strip() or otherwise

    def rules(self, source: str, host: str, sourcetype: str) -> ParsingRules:
        """The rules for the text of a source."""
        return self._rules(self._props.specs(source, host, sourcetype))

    def rewriting(
        self, source: str | None, host: str | None, sourcetype: str, start: str = ""
    ) -> list[Spec]:
        """The stanzas that may change events of an input. source, host: as the input sets them;
        None: each event has its own, and its source begins with `start`."""
        known = {"source": source, "host": host, "sourcetype": sourcetype}
        return [
            spec
            for spec in self._rewriting
            if spec.may_match(known[spec.kind], start if spec.kind == "source" else "")
        ]

    def take_said(self) -> list[str]:
        """What went wrong while events were changed since this was asked last, each once."""
        said, self._said = list(self._said), {}
        return said

    @cached_property
    def _rewriting(self) -> list[Spec]:
        return [
            spec
            for spec in self._props.every_spec()
            if any(read.keys(spec.stanza.settings, name) for name in _REWRITES)
        ]

    def _read_rules(self, specs: tuple[Spec, ...]) -> ParsingRules:
        stanza = self._props.merged(specs)
        settings = Settings(stanza)
        rewrites = bool(self._read_stanza(stanza, settings.problems.append))
        read.say_what_is_not_followed(settings)
        return ParsingRules(
            read.line_rules(settings),
            read.time_rules(settings),
            read.charset(settings),
            settings.flag("NO_BINARY_CHECK", False),
            read.structured_rules(settings),
            rewrites,
            tuple(settings.problems),
        )

    def _read_changes(self, source: str, host: str, sourcetype: str) -> tuple[Change, ...]:
        stanza = self._props.merged(self._props.specs(source, host, sourcetype))
        return tuple(self._read_stanza(stanza, self._say))

    def _say(self, text: str) -> None:
        self._said.setdefault(text)

    def _read_stanza(self, stanza: Stanza, say: Say) -> list[Change]:
        changes: list[Change] = []
        for key in read.keys(stanza.settings, "SEDCMD"):
            place = stanza.place(key, "props.conf")
            try:
                steps = read_sed(stanza.settings[key])
            except ValueError as error:
                say(f"{key} is not followed: {error} ({place})")
                continue
            changes.append(SedChange(f"{key} ({place})", steps, self._say))
        for key in read.keys(stanza.settings, "TRANSFORMS"):
            for name in filter(None, map(str.strip, stanza.settings[key].split(","))):
                changes += self._transform(name, f"{key} ({stanza.place(key, 'props.conf')})", say)
        return changes

    def _transform(self, name: str, named_by: str, say: Say) -> list[Change]:
        stanza = self._transforms.get(name)
        if stanza is None:
            say(f"{named_by} names the transform [{name}], which is not there")
            return []
        label = f"the transform [{name}]"
        changes: list[Change] = []
        try:
            stop = stanza.settings.get("STOP_PROCESSING_IF", "").strip()
            if stop:
                changes.append(read_stop(label, stop, self._now, self._say))
            evaluated = stanza.settings.get("INGEST_EVAL", "").strip()
            if evaluated:
                changes.append(read_ingest_eval(label, evaluated, self._now, self._say))
            elif stanza.settings.get("REGEX"):
                changes.append(self._regex(label, stanza, say))
            elif not stop:
                raise ValueError("it has neither REGEX nor INGEST_EVAL")
        except (ValueError, SplError) as error:
            what = error.message if isinstance(error, SplError) else str(error)
            say(f"{label}, which {named_by} names, is not followed: {what}")
            return []
        return changes

    def _regex(self, label: str, stanza: Stanza, say: Say) -> RegexChange:
        settings = stanza.settings
        wanted = Settings(stanza)
        dest = settings.get("DEST_KEY", "").strip()
        dest = "MetaData:Sourcetype" if dest.lower() == "metadata:sourcetype" else dest
        write = wanted.flag("WRITE_META", False)
        if dest in _ROUTING:
            say(f"{label}: DEST_KEY = {dest} is not followed: there is one place that events go to")
        if not dest and not write:
            raise ValueError("it has neither DEST_KEY nor WRITE_META = true")
        pattern = compile_regex(settings["REGEX"], self._transforms)
        pairs = group_pairs(pattern)
        form = settings.get("FORMAT", "") or ("" if pairs else f"{stanza.name}::$1")
        change = RegexChange(
            label,
            pattern,
            form,
            pairs,
            self._say,
            settings.get("SOURCE_KEY", "").strip() or "_raw",
            dest,
            wanted.number("LOOKAHEAD", 4096, 1),
            settings.get("DEFAULT_VALUE"),
            write,
            wanted.flag("REPEAT_MATCH", False),
            settings.get("CLONE_SOURCETYPE", "").strip(),
        )
        for problem in wanted.problems:
            say(f"{label}: {problem}")
        return change
