"""Events that are no backup of a CA: made ones, most of them with 4876 somewhere, and real ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

from tests.collectors import SHAPES, as_json
from tests.sample_events import KINDS, PROVIDER, event, render, styles

_START = datetime(2026, 3, 10, tzinfo=UTC)
_STYLES = list(styles())
_NUMBERS = [code for code in KINDS if code != 4876]
_BACKUP = {style: render(event(4876), style) for style in _STYLES}
Make = Callable[[int, Random], str]


def _plain(number: int, rng: Random) -> str:
    """Another Security event as it is."""
    time = _START + timedelta(seconds=number / 100)
    return render(event(rng.choice(_NUMBERS), time=time, record=number), rng.choice(_STYLES))


def _ordinary(number: int, rng: Random) -> str:
    """Another Security event, with 4876 in a value of its own."""
    code = rng.choice(_NUMBERS)
    data = dict.fromkeys(list(KINDS[code].data)[-1:], rng.choice(("4876", "0x4876", "a 4876 b")))
    time = _START + timedelta(seconds=number / 100)
    made = event(code, time=time, record=4_876_000 + number, data=data)
    return render(made, rng.choice(_STYLES))


def _near(number: int, rng: Random) -> str:
    """A number that only looks like it, of the same provider."""
    code = rng.choice(("14876", "48760", "4875", "4877", "4878", "04876", "4876.5", "487", "-4876"))
    text = _BACKUP[rng.choice(_STYLES)]
    return text.replace(">4876<", f">{code}<").replace("EventCode=4876", f"EventCode={code}")


def _other_provider(number: int, rng: Random) -> str:
    """The same number, of another provider and log."""
    name, log = rng.choice((("MSDTC 2", "Application"), ("Example-App", "System")))
    text = _BACKUP[rng.choice(_STYLES)].replace("Microsoft-Windows-Security-Auditing", name)
    text = text.replace("<Channel>Security<", f"<Channel>{log}<")
    text = text.replace("Microsoft Windows security auditing.", name)
    return text.replace("LogName=Security", f"LogName={log}")


def _quoted(number: int, rng: Random) -> str:
    """An event that holds the text of a backup: a command line, a message."""
    held = rng.choice(list(_BACKUP.values()))
    style = rng.choice(_STYLES)
    if style.form == "classic":
        held = held.replace("\n", "\n\t")
    return render(event(4688, record=number, data={"CommandLine": f"echo {held}"}), style)


def _half(number: int, rng: Random) -> str:
    """A backup that was cut off before its number."""
    text = _BACKUP[rng.choice(_STYLES)]
    return text[: rng.randrange(5, text.index("4876"))].rstrip("\r\n ") or "half"


def _json(number: int, rng: Random) -> str:
    held = {"time": f"{_START:%Y-%m-%dT%H:%M:%SZ}", "EventCode": 4876, "dest": "ca01", "n": number}
    return json.dumps({**held, "message": "Certificate Services backup started."})


def _windows_json(number: int, rng: Random) -> str:
    """Another Security event in a collector's shape: as it is, with 4876 in a value, with a number
    that looks like it, of another provider, or with a backup quoted in a value."""
    shape = rng.choice(list(SHAPES))
    kind = rng.randrange(5)
    if kind == 0:
        return as_json(event(rng.choice(_NUMBERS), record=4_876_000 + number), shape)
    if kind == 1:
        return as_json(event(4688, record=number, data={"CommandLine": "4876"}), shape)
    if kind == 2:
        near = rng.choice(("14876", "48760", "4875", "4877"))
        return re.sub(r"\b4876\b", near, as_json(event(4876, record=number), shape))
    if kind == 3:
        text = as_json(event(4876, record=number, channel="Application"), shape)
        return text.replace(PROVIDER, "MSDTC 2")
    held = rng.choice([*_BACKUP.values(), as_json(event(4876), "flat")])
    return as_json(event(4688, record=number, data={"CommandLine": f"echo {held}"}), shape)


def _syslog(number: int, rng: Random) -> str:
    port = rng.choice((4876, 48760, 22))
    return f"Mar 10 09:30:15 host sshd[4876]: EventCode=4876 dest=ca01 from 192.0.2.17 port {port}"


def _web(number: int, rng: Random) -> str:
    return f'192.0.2.17 - - [10/Mar/2026:09:30:15 +0000] "GET /?EventID=4876 HTTP/1.1" 200 {number}'


KINDS_OF_OTHERS: dict[str, tuple[Make, int]] = {
    # what, and how many of a hundred
    "other Security events": (_plain, 45),
    "other Security events with 4876 in them": (_ordinary, 20),
    "numbers that only look like it": (_near, 5),
    "4876 of other providers and logs": (_other_provider, 5),
    "events that quote a backup": (_quoted, 10),
    "backups cut off before their number": (_half, 5),
    "JSON of other programs": (_json, 1),
    "other Windows events as JSON": (_windows_json, 3),
    "syslog": (_syslog, 3),
    "web server": (_web, 3),
}


def generated(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """So many events: what each is, and its text."""
    rng = Random(f"{seed} others")
    names = [name for name, (_, share) in KINDS_OF_OTHERS.items() for _ in range(share)]
    for number in range(count):
        name = names[number % len(names)]
        yield name, KINDS_OF_OTHERS[name][0](number, rng)


def is_backup(text: str) -> bool:
    """Whether a text is a backup by its number and provider or log; a plain look, not the app's."""
    start = text.lstrip("\ufeff \r\n\t")
    if start.startswith("{") or re.match(r"<\d+>[^{]*\{", start):
        return _is_json_backup(json.loads(text[text.index("{") :]))
    if start.startswith("<"):
        number = re.search(r"<(?:[\w.-]+:)?EventID\b[^>]*>\s*4876\s*</", text)
        return number is not None and _is_ours(text)
    header = re.split(r"\sMessage=", text)[0]
    log = re.search(r"(?i)\sLog(?:Name|file)=(Security|ForwardedEvents)(?!\S)", header)
    return log is not None and re.search(r"\sEventCode=4876(?!\S)", header) is not None


def _is_ours(text: str) -> bool:
    """Whether XML names the provider, or has none and is of its log."""
    named = re.search(r"<(?:[\w.-]+:)?Provider\b[^>]*?\sName\s*=\s*['\"]\s*[^'\"\s]", text)
    if named:
        return "microsoft-windows-security-auditing" in text.lower()
    log = re.search(r"<(?:[\w.-]+:)?Channel\b[^>]*>\s*Security\s*<", text)
    return log is not None or "54849625-5478-4994-a5ba-3e3b0328c30d" in text.lower()


def _is_json_backup(held: Any) -> bool:
    """Whether its number is 4876, and it names the provider or the Security log."""
    pairs = list(_pairs(held))
    exported = [value for key, value in pairs if key == "_raw"]
    if exported:
        return is_backup(str(exported[0]))
    numbers = {str(value) for key, value in pairs if re.fullmatch(r"(?i)event_?id|code|id", key)}
    texts = {str(value).lower() for _, value in pairs}
    return "4876" in numbers and bool(texts & {"security", "microsoft-windows-security-auditing"})


def _pairs(held: Any) -> Iterator[tuple[str, Any]]:
    for value in held if isinstance(held, list) else ():
        yield from _pairs(value)
    for key, value in held.items() if isinstance(held, dict) else ():
        yield key, value
        yield from _pairs(value)


def example_logs(checkout: Path) -> Iterator[str]:
    """The example events of security_content's data sources, in a checkout of it."""
    for path in sorted((checkout / "data_sources").glob("*.yml")):
        held = yaml.safe_load(path.read_text(encoding="utf-8"))
        example = held.get("example_log") if isinstance(held, dict) else None
        if isinstance(example, str) and example.strip():
            yield example.strip()
