"""True events 4876, each changed in ways that leave it one: what a search must still find.

A mutation changes the parts of an event before it is written, or its text after; in the table each
has its own count. All are drawn from one random generator. Changes of text and of JSON are in
`textmutations` and `jsonmutations`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tests.collectors import SHAPES, as_json
from tests.efficacy import jsonmutations, textmutations
from tests.sample_events import AUDIT_FAILURE, GUID, NAMESPACE, Style, event, render, styles

XML, CLASSIC, JSON = "xml", "classic", "json"
CLIP = 10_000
"""Bytes: TRUNCATE of props.conf, where Splunk cuts an event."""
_XML_STYLES = [style for style in styles() if style.form == XML]
_CLASSIC_STYLES = [style for style in styles() if style.form == CLASSIC]


@dataclass(frozen=True)
class Origin:
    """Where Splunk says that an event is from."""

    source: str
    sourcetype: str
    host: str = ""


ORIGINS: dict[str, tuple[Origin, ...]] = {
    XML: (
        Origin("XmlWinEventLog:Security", "XmlWinEventLog"),
        Origin("XmlWinEventLog:Security", "XmlWinEventLog:Security"),
        Origin("WinEventLog:Security", "XmlWinEventLog"),
        Origin("WinEventLog:Security", "XmlWinEventLog:Security"),
    ),
    CLASSIC: (
        Origin("WinEventLog:Security", "WinEventLog"),
        Origin("WinEventLog:Security", "WinEventLog:Security"),
        Origin("WMI:WinEventLog:Security", "WMI:WinEventLog:Security"),
    ),
}
ORIGINS[JSON] = (*ORIGINS[XML], *ORIGINS[CLASSIC])  # JSON lands under any of them


@dataclass
class Draft:
    """An event that is being made. shape: of JSON. text: empty until it is written."""

    form: str
    style: Style
    origin: Origin
    shape: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    data: dict[str, str | None] = field(default_factory=dict)
    text: str = ""

    def write(self) -> None:
        """The event's text."""
        made = event(4876, **self.changes, data=self.data)
        self.text = as_json(made, self.shape) if self.shape else render(made, self.style)

    @property
    def kind(self) -> str:
        """The form as the tables name it."""
        if self.shape:
            return f"JSON: {self.shape}"
        if self.form == XML:
            return "XML, indented" if self.style.pretty else "XML, on a line"
        return "text, CR LF" if self.style.newline == "\r\n" else "text"


@dataclass(frozen=True)
class Mutation:
    """One way to change an event. before: what is written; after: the text.

    layout: how it then lies in a file, where that is another way than before.
    """

    name: str
    form: str = ""  # which form it applies to; empty: all
    before: Callable[[Draft, Random], None] | None = None
    after: Callable[[str, Random], str] | None = None
    layout: str = ""


@dataclass(frozen=True)
class Mutated:
    """A true event, and what was done to it.

    kind: its form. layout: events of the same layout can lie in one file. clipped: Splunk cuts it
    when it is indexed, so that it lies in no file like that.
    """

    text: str
    origin: Origin
    done: tuple[str, ...]
    kind: str = ""
    layout: str = ""
    clipped: bool = False


# ---- names and values ----

USERS = (
    ("machine account", {"SubjectUserName": "CA01$", "SubjectUserSid": "S-1-5-18"}),
    ("system account", {"SubjectUserName": "SYSTEM", "SubjectDomainName": "NT AUTHORITY"}),
    ("service account", {"SubjectUserName": "LOCAL SERVICE", "SubjectDomainName": "NT AUTHORITY"}),
    ("anonymous", {"SubjectUserName": "ANONYMOUS LOGON", "SubjectDomainName": "NT AUTHORITY"}),
    ("a dash for a name", {"SubjectUserName": "-", "SubjectDomainName": "-"}),
    ("user principal name", {"SubjectUserName": "eve@corp.example.com", "SubjectDomainName": ""}),
)
NAMES = (
    "Administratör", "管理者", "Администратор", "مدير", "eve\u0301", "😀", "O'Brien", "a&b<c>d",
    'the "boss"', "zero\u200bwidth", "x" * 256, "svc backup", "=cmd|' /C calc'!A0", "a\\b",
)  # fmt: skip
COMPUTERS = (
    "CA01",
    "CA01.EXAMPLE.COM",
    "192.0.2.17",
    "bücher-ca.example.com",
    "ca-01.corp.example",
)


def _data(changes: Mapping[str, str | None]) -> Callable[[Draft, Random], None]:
    return lambda draft, _: draft.data.update(changes)


def _one_of(key: str, values: tuple[str, ...]) -> Callable[[Draft, Random], None]:
    return lambda draft, rng: draft.data.update({key: rng.choice(values)})


def _set(**changes: Any) -> Callable[[Draft, Random], None]:
    return lambda draft, _: draft.changes.update(changes)


def _computer(draft: Draft, rng: Random) -> None:
    draft.changes["computer"] = rng.choice(COMPUTERS)


def _forwarded(draft: Draft, rng: Random) -> None:
    kind = "WinEventLog" if draft.form == CLASSIC else "XmlWinEventLog"
    draft.origin = Origin(f"{kind}:ForwardedEvents", kind, "collector.example.com")


def _other_host(draft: Draft, rng: Random) -> None:
    draft.origin = replace(draft.origin, host="forwarder.example.com")


# ---- the text ----


def _sub(pattern: str, replacement: str) -> Callable[[str, Random], str]:
    return lambda text, _: re.sub(pattern, replacement, text)


def _gone(name: str) -> Callable[[str, Random], str]:
    return _sub(rf"<{name}(?:\s[^>]*)?(?:/>|>[^<]*</{name}>)", "")


def _emptied(name: str) -> Callable[[str, Random], str]:
    return _sub(rf"<{name}(?:\s[^>]*)?>[^<]*</{name}>", f"<{name}/>")


def _data_gone(name: str) -> Callable[[Draft, Random], None]:
    return _data({name: None})


def _mixed_quotes(text: str, rng: Random) -> str:
    def other(found: re.Match[str]) -> str:
        quote = rng.choice("'\"")
        return f"{found[1]}={quote}{found[3]}{quote}"

    return re.sub(r"(\w+)=(['\"])([^'\"<>]*)\2", other, text)


def _attributes_turned(text: str, rng: Random) -> str:
    return re.sub(r"<(Provider|Execution) (\w+=\S+) (\w+=[^\s/>]+)", r"<\1 \3 \2", text)


def _spaces(text: str, rng: Random) -> str:
    """White space where XML allows it: around =, before > and />, around values of System.

    Not within </Event>, by which events are told apart: no writer puts it there.
    """
    space = rng.choice((" ", "\t", "\n", "\r\n  "))
    text = re.sub(r"(?<=\w)=(?=['\"])", rng.choice((" =", "= ", " = ")), text)
    text = re.sub(r"(?<=['\"\w])(?<!</Event)>(?!\s*<\?)", f"{space}>", text)
    return re.sub(
        r"<(EventID|Computer|Keywords)([^>]*)>([^<]+)<", rf"<\1\2>{space}\3{space}<", text
    )


def _prefixed(prefix: str) -> Callable[[str, Random], str]:
    def after(text: str, _: Random) -> str:
        if "xmlns=" not in text:
            text = text.replace("<Event", f"<Event xmlns='{NAMESPACE}'", 1)
        text = text.replace(" xmlns=", f" xmlns:{prefix}=", 1)
        return re.sub(r"<(/?)(?=[A-Z])", rf"<\1{prefix}:", text)

    return after


def _commented(text: str, rng: Random) -> str:
    return text.replace("<Version>", "<!-- a comment --><Version>", 1)


def _cdata(text: str, rng: Random) -> str:
    return re.sub(r"(<Data Name=['\"]\w+['\"]>)([^<]+)<", r"\1<![CDATA[\2]]><", text)


def _numbered(text: str, rng: Random) -> str:
    """Letters of values as character references."""
    return re.sub(
        r"(<(?:Data [^>]*|Computer)>)(\w)", lambda found: f"{found[1]}&#{ord(found[2])};", text
    )


def _rendered(text: str, rng: Random) -> str:
    """As a collector adds it, in some language."""
    words = rng.choice(("Certificate Services backup started.", "Die Sicherung wurde gestartet."))
    added = (
        f"<RenderingInfo Culture='de-DE'><Message>{words}</Message><Level>Information</Level>"
        "<Task>4711</Task><Channel>Security</Channel>"
        "<Keywords><Keyword>Audit Success</Keyword></Keywords></RenderingInfo>"
    )
    return text.replace("</Event>", f"{added}</Event>")


def _data_first(text: str, rng: Random) -> str:
    found = re.search(r"\s*<EventData>.*</EventData>", text, re.DOTALL)
    assert found is not None
    rest = text[: found.start()] + text[found.end() :]
    return rest.replace("<System>", f"{found[0]}<System>", 1)


def _nameless(text: str, rng: Random) -> str:
    """The provider told by its GUID alone."""
    guid = rng.choice((GUID.lower(), f"{{{GUID}}}"))
    return re.sub(r"<Provider [^>]*?(/?)>", rf"<Provider Guid='{guid}'\1>", text)


def _system_shuffled(text: str, rng: Random) -> str:
    head, system, rest = re.split(r"(?<=<System>)|(?=</System>)", text)
    parts = re.findall(r"\s*<(\w+)(?:[^<>]*/>|[^<>]*>[^<]*</\1>)", system)
    found = [m[0] for m in re.finditer(r"\s*<(\w+)(?:[^<>]*/>|[^<>]*>[^<]*</\1>)", system)]
    assert len(parts) == len(found)
    rng.shuffle(found)
    return head + "".join(found) + rest


def _clipped_xml(text: str, rng: Random) -> str:
    """A long message after the data, then the cut."""
    return _clip(text.replace("</Event>", f"<RenderingInfo><Message>{'x' * CLIP}</Message>"))


def _clipped_in_data(text: str, rng: Random) -> str:
    """A long value before the caller's name, then the cut: the caller is not there any more."""
    return _clip(re.sub(r"(Name=['\"]BackupType['\"]>)", rf"\g<1>{'1' * CLIP}", text))


def _clip(text: str) -> str:
    return text.encode()[:CLIP].decode(errors="ignore")


MUTATIONS = (
    *(Mutation(name, before=_data(data)) for name, data in USERS),
    Mutation("unicode and odd names", before=_one_of("SubjectUserName", NAMES)),
    Mutation("unicode and odd domains", before=_one_of("SubjectDomainName", NAMES)),
    Mutation("computer", before=_computer),
    Mutation("audit failure", before=_set(keywords=AUDIT_FAILURE)),
    Mutation("unknown keywords", before=_set(keywords="0x8000000000000000")),
    Mutation("backup type", before=_one_of("BackupType", ("0", "2", "3", "4294967295"))),
    Mutation("long logon id", before=_data({"SubjectLogonId": "0xffffffffffffffff"})),
    Mutation("forwarded", before=_forwarded),
    Mutation("another host", before=_other_host),
    *(
        Mutation(f"no {name}", before=_data_gone(name))
        for name in ("BackupType", "SubjectUserSid", "SubjectUserName", "SubjectDomainName")
    ),
    *(
        Mutation(f"empty {name}", before=_data({name: ""}))
        for name in ("BackupType", "SubjectUserSid", "SubjectUserName", "SubjectDomainName")
    ),
    *(
        Mutation(f"no {name}", XML, after=_gone(name))
        for name in ("Computer", "Keywords", "Version", "Level", "Task", "Opcode", "Correlation",
                     "Execution", "Security", "EventRecordID", "TimeCreated")
    ),
    *(Mutation(f"empty {name}", XML, after=_emptied(name)) for name in ("Computer", "Keywords")),
    # In this order they are done: those that look for elements as they were written come first.
    Mutation("data before system", XML, after=_data_first),
    Mutation("elements of System in any order", XML, after=_system_shuffled),
    Mutation("rendering", XML, after=_rendered),
    Mutation("attribute order", XML, after=_attributes_turned),
    Mutation("mixed quotes", XML, after=_mixed_quotes),
    Mutation("more namespaces", XML, after=_sub(r"<Event ", "<Event xmlns:x='urn:x' x:y='z' ")),
    Mutation("no namespace", XML, after=_sub(r"<Event [^>]*>", "<Event>")),
    Mutation("provider in another case", XML, after=_sub("Microsoft-W", "MICROSOFT-w")),
    Mutation("older provider", XML, after=_sub("<Prov[a-z]+", r"\g<0> EventSourceName='Security'")),
    Mutation("keywords in another case", XML, after=_sub("0x80", "0X80")),
    Mutation("qualifiers", XML, after=_sub("<EventID", "<EventID Qualifiers='0'")),
    Mutation("no Provider", XML, after=_gone("Provider")),
    Mutation("Provider without its name", XML, after=_nameless),
    Mutation("a comment between elements of System", XML, after=_commented),
    Mutation("CDATA in values of EventData", XML, after=_cdata),
    Mutation("character references in EventData and Computer", XML, after=_numbered),
    Mutation("byte order mark", XML, after=lambda text, _: f"\ufeff{text}"),
    Mutation("blank lines before", XML, after=lambda text, _: f"\r\n\n{text}"),
    Mutation("white space in tags and around values", XML, after=_spaces),
    Mutation("namespace prefix", XML, after=_prefixed("e"), layout="prefixed"),
    Mutation(
        "namespace prefix with a hyphen",
        XML,
        after=_prefixed("win-event.log"),
        layout="prefixed with a hyphen",
    ),
    Mutation("clipped after the data", XML, after=_clipped_xml),
    Mutation("clipped within the data", XML, after=_clipped_in_data),
    Mutation("log in another case", CLASSIC, after=_sub("LogName=Security", "LogName=SECURITY")),
    Mutation("header in any order", CLASSIC, after=textmutations.header_turned),
    Mutation("longer header", CLASSIC, after=textmutations.more_header),
    Mutation("blanks at line ends", CLASSIC, after=_sub(r"(?m)(?<=\S)(\r?)$", r"  \1")),
    Mutation("German", CLASSIC, after=textmutations.german),
    Mutation("no message", CLASSIC, after=textmutations.no_message),
    Mutation("no computer name", CLASSIC, after=_sub(r"ComputerName=.*\n", "")),
    Mutation("no keywords", CLASSIC, after=_sub(r"Keywords=.*\n", "")),
    Mutation("the result in Type alone", CLASSIC, after=textmutations.typed),
    Mutation(
        "the log ForwardedEvents",
        CLASSIC,
        after=_sub("LogName=Security", "LogName=ForwardedEvents"),
    ),
    Mutation("another date format", CLASSIC, after=_sub(r"\A.*\n", "20260310093015.000000\n")),
    Mutation("line ends as blanks", CLASSIC, after=textmutations.flattened, layout="flat"),
    Mutation("clipped message", CLASSIC, after=lambda text, _: _clip(text + "\n" + "x" * CLIP)),
    *(
        Mutation(each.name, JSON, after=each.change, layout=each.layout)
        for each in jsonmutations.CHANGES
    ),
)  # fmt: skip
_CLIPS = tuple(each for each in MUTATIONS if each.name.startswith("clipped"))


def mutated(number: int, rng: Random) -> Mutated:
    """The number-th event: each mutation by itself first, then up to four at once."""
    form = rng.choices((XML, CLASSIC, JSON), (5, 3, 2))[0]
    if number < len(MUTATIONS):
        chosen = [MUTATIONS[number]]
        form = chosen[0].form or form
    else:
        fitting = [each for each in MUTATIONS if each.form in ("", form) and each not in _CLIPS]
        chosen = rng.sample(fitting, rng.randint(1, 4))
        chosen += [clip for clip in _CLIPS if clip.form == form and rng.random() < 0.02][:1]
    laid = [each for each in chosen if each.layout]  # it lies in one way in a file, not in two
    chosen = [each for each in chosen if each not in laid[1:]]
    style = rng.choice(_CLASSIC_STYLES if form == CLASSIC else _XML_STYLES)
    draft = Draft(form, style, rng.choice(ORIGINS[form]), changes={"record": 1_000_000 + number})
    if form == JSON:
        draft.shape = rng.choice(list(SHAPES))
    for each in chosen:
        if each.before is not None:
            each.before(draft, rng)
    draft.write()
    chosen.sort(key=MUTATIONS.index)
    for each in chosen:
        if each.after is not None:
            draft.text = each.after(draft.text, rng)
    layouts = [each.layout for each in chosen if each.layout]
    return Mutated(
        draft.text,
        draft.origin,
        tuple(each.name for each in chosen),
        draft.kind,
        " ".join([form, *([draft.shape] if draft.shape else []), *layouts[-1:]]),
        any(each in _CLIPS for each in chosen),
    )
