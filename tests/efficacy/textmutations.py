"""Changes of events as classic text that leave them the same event."""

from __future__ import annotations

import re
from random import Random


def header_turned(text: str, rng: Random) -> str:
    head, mark, message = text.partition("Message=")
    end = "\r\n" if "\r\n" in head else "\n"
    first, *lines = head.removesuffix(end).split(end)
    rng.shuffle(lines)
    return end.join([first, *lines]) + end + mark + message


def more_header(text: str, rng: Random) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    added = end.join(["User=NOT_TRANSLATED", "Sid=S-1-5-18", "SidType=0", "Category=12805"])
    return text.replace("EventCode=", f"{added}{end}EventCode=", 1)


GERMAN = {
    "Subject:": "Antragsteller:", "Security ID:": "Sicherheits-ID:", "Account Name:": "Kontoname:",
    "Account Domain:": "Kontodomäne:", "Logon ID:": "Anmelde-ID:",
    "Audit Success": "Überwachung erfolgreich",
    "Certificate Services backup started.": "Die Sicherung der Zertifikatdienste wurde gestartet.",
}  # fmt: skip


def german(text: str, rng: Random) -> str:
    for word, other in GERMAN.items():
        text = text.replace(word, other)
    return text


def flattened(text: str, rng: Random) -> str:
    """Line ends and tabs as blanks, one for each or one for all of them."""
    return re.sub(rng.choice((r"\s", r"\s+")), " ", text.replace("\r\n", "\n"))


def typed(text: str, rng: Random) -> str:
    """The result in the line Type, and no Keywords, as through WMI."""
    text = re.sub(r"Keywords=.*\n", "", text)
    return re.sub(r"(?m)^Type=Information(?=\r?$)", "Type=Audit Success", text)


def no_message(text: str, rng: Random) -> str:
    return text.partition("Message=")[0].rstrip("\r\n")
